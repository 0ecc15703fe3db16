"""Protobuf messages of ChirpStack 4, with the fields that we read and no others.

Source: chirpstack-api 4.20.0, `integration/integration.proto`, `gw/gw.proto`, `common/common.proto`: the field numbers
below. Numbers that are not named here are skipped by the runtime, so a newer ChirpStack can add what it likes. A map
is on the wire a repeated message of key (1) and value (2), and google.protobuf.Timestamp one of seconds and nanos;
both are declared so, which needs no other file.
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "vigie.chirpstack"
_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "text": _FIELD.TYPE_STRING, "bytes": _FIELD.TYPE_BYTES, "bool": _FIELD.TYPE_BOOL, "float": _FIELD.TYPE_FLOAT,
    "double": _FIELD.TYPE_DOUBLE, "int32": _FIELD.TYPE_INT32, "int64": _FIELD.TYPE_INT64, "uint32": _FIELD.TYPE_UINT32,
}  # fmt: skip

# message -> field -> (number, type); a type that is no scalar is a message of this table, `*` before it = repeated
_MESSAGES: dict[str, dict[str, tuple[int, str]]] = {
    "Time": {"seconds": (1, "int64"), "nanos": (2, "int32")},
    "Tag": {"key": (1, "text"), "value": (2, "text")},
    "Count": {"key": (1, "text"), "value": (2, "uint32")},
    "DeviceInfo": {"device_profile_name": (6, "text"), "dev_eui": (8, "text"), "tags": (9, "*Tag")},
    "RxInfo": {"gateway_id": (1, "text"), "rssi": (6, "int32"), "snr": (7, "float")},
    "Lora": {"bandwidth": (1, "uint32"), "spreading_factor": (2, "uint32")},
    "Modulation": {"lora": (3, "Lora")},
    "TxInfo": {"frequency": (1, "uint32"), "modulation": (2, "Modulation")},
    "Relay": {"dev_eui": (1, "text")},
    "JoinServer": {"session_key_id": (1, "text")},
    "Uplink": {
        "time": (2, "Time"), "device_info": (3, "DeviceInfo"), "dev_addr": (4, "text"), "dr": (6, "uint32"),
        "f_cnt": (7, "uint32"), "f_port": (8, "uint32"), "data": (10, "bytes"), "rx_info": (12, "*RxInfo"),
        "tx_info": (13, "TxInfo"), "relay_rx_info": (14, "Relay"), "join_server_context": (15, "JoinServer"),
    },
    "Join": {"device_info": (3, "DeviceInfo"), "dev_addr": (4, "text")},
    "Ack": {"device_info": (3, "DeviceInfo"), "acknowledged": (5, "bool")},
    "Status": {
        "device_info": (3, "DeviceInfo"), "margin": (5, "int32"), "external_power_source": (6, "bool"),
        "battery_level_unavailable": (7, "bool"), "battery_level": (8, "float"),
    },
    "Name": {"dev_eui": (8, "text")},
    "Named": {"device_info": (3, "Name")},
    "Location": {"latitude": (1, "double"), "longitude": (2, "double"), "altitude": (3, "double")},
    "Stats": {
        "gateway_id": (17, "text"), "time": (2, "Time"), "location": (3, "Location"), "config_version": (4, "text"),
        "rx_packets_received": (5, "uint32"), "rx_packets_received_ok": (6, "uint32"),
        "tx_packets_received": (7, "uint32"), "tx_packets_emitted": (8, "uint32"), "metadata": (10, "*Tag"),
        "tx_packets_per_status": (16, "*Count"),
    },
}  # fmt: skip


def _classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="vigie/chirpstack.proto", package=_PACKAGE, syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            label = _FIELD.LABEL_REPEATED if kind.startswith("*") else _FIELD.LABEL_OPTIONAL
            one = kind.removeprefix("*")
            if one in _SCALARS:
                message.field.add(name=field, number=number, label=label, type=_SCALARS[one])
            else:
                message.field.add(
                    name=field, number=number, label=label, type=_FIELD.TYPE_MESSAGE, type_name=f".{_PACKAGE}.{one}"
                )
    pool = descriptor_pool.DescriptorPool()  # of its own: the real chirpstack-api may live in the same process
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in _MESSAGES
    }


_made = _classes()
Uplink, Join, Ack, Status, Stats, Named = (
    _made[name] for name in ("Uplink", "Join", "Ack", "Status", "Stats", "Named")
)
