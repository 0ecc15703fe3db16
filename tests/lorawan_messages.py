"""Messages of LoRaWAN network servers: real ones that somebody published, and one uplink in the words of each."""

import json

EUI = "24e124136b000001"
AT = "2026-11-23T10:00:01.123456Z"
AT_MS = 1_795_428_001_123
NEAR, FAR = ("0016c001f153a14c", -97, 7.5), ("0016c001f153a150", -60, -2.0)

# --- real ones -------------------------------------------------------------------------------------------------------

CHIRPSTACK_V4 = {  # a Dragino LHT65N's first uplink by the HTTP integration, captured and published by a user (2026)
    "deduplicationId": "80166477-2482-43ab-a64e-088107a7c4fa",
    "time": "2026-08-27T14:39:44.530852140+00:00",
    "deviceInfo": {
        "tenantId": "ae2e1b59-bf1e-420f-a733-bfbf08eb8aca",
        "tenantName": "ChirpStack",
        "applicationId": "635fda7b-0428-495e-812f-027490bcaf9d",
        "applicationName": "senso-test",
        "deviceProfileId": "bc0b05d1-d5ec-4126-9451-42403f143a9f",
        "deviceProfileName": "Dargino LHT65N",
        "deviceName": "sensor0",
        "devEui": "a840419edb62011c",
        "deviceClassEnabled": "CLASS_A",
        "tags": {},
    },
    "devAddr": "01087309",
    "adr": True,
    "dr": 0,
    "fCnt": 0,
    "fPort": 2,
    "confirmed": False,
    "data": "zOEJqQHEAQj1f/8=",
    "object": {
        "BatV": 3.297,
        "TempC_SHT": 24.73,
        "Bat_status": 3,
        "Ext_sensor": "Temperature Sensor",
        "Hum_SHT": 45.2,
        "TempC_DS": 22.93,
        "Node_type": "LHT65N",
    },
    "rxInfo": [{"gatewayId": "2cf7f11081400088", "rssi": -102, "snr": -12, "channel": 4, "crcStatus": "CRC_OK"}],
    "txInfo": {
        "frequency": 867300000,
        "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 12, "codeRate": "CR_4_5"}},
    },
    "regionConfigId": "eu868",
}

CHIRPSTACK_V3 = {  # an ESP32's uplink, marshaler `json`, in the tests of an Italian deployment (2022)
    "applicationID": "123", "applicationName": "test_esp", "deviceName": "esp32", "devEUI": "IjIzAACIiAI=",
    "rxInfo": [{
        "gatewayID": "5F8B//59p6g=", "time": "2013-03-31T16:21:17.528002Z", "timeSinceGPSEpoch": None, "rssi": -10,
        "loRaSNR": 8.5, "channel": 4, "rfChain": 0, "board": 0, "antenna": 0,
        "location": {"latitude": 45.7, "longitude": 34.8, "altitude": 0, "source": "UNKNOWN", "accuracy": 0},
        "fineTimestampType": "NONE", "context": "Ki0a3A==", "uplinkID": "wPR+sie0RG2x6bz5t4+G3Q==",
        "crcStatus": "CRC_OK"}],
    "txInfo": {"frequency": 867300000, "modulation": "LORA", "loRaModulationInfo": {
        "bandwidth": 125, "spreadingFactor": 12, "codeRate": "4/5", "polarizationInversion": False}},
    "adr": True, "dr": 0, "fCnt": 579, "fPort": 2, "data": "AAE=", "objectJSON": '{"sensorData":1}', "tags": {},
    "confirmedUplink": True, "devAddr": "AS6zcQ==", "publishedAt": "2022-06-23T13:32:08.564170948Z",
    "deviceProfileID": "fc9a26f4-58fe-47b0-bfe9-2cb7711f1de1", "deviceProfileName": "testOTAA",
}  # fmt: skip

CHIRPSTACK_V3_HEX = {  # a wM-Bus reader's uplink, marshaler `json_v3`, in ThingsBoard's documentation (2020)
    "applicationID": "3", "applicationName": "Smartico_wmbus_readers", "deviceName": "0000020",
    "devEUI": "02aaaa0100000014",
    "rxInfo": [{
        "gatewayID": "647fdafffe00d228", "uplinkID": "14b77859-1e6c-4668-8eb3-73900e49a33c",
        "name": "tectelic_micro_lite_TECH", "rssi": -89, "loRaSNR": 7.5,
        "location": {"latitude": 48.44229794818326, "longitude": 35.014479160308845, "altitude": 144}}],
    "txInfo": {"frequency": 868500000, "dr": 0}, "adr": True, "fCnt": 28, "fPort": 33, "data": "IAP1YwIAAAAATFo=",
}  # fmt: skip

TTS_V3 = {  # a webhook's uplink in The Things Stack documentation, Starter kit (2025)
    "end_device_ids": {
        "device_id": "eui-70b3d52dd600035a", "application_ids": {"application_id": "starter-kit"},
        "dev_eui": "70B3D52DD600035A", "join_eui": "EC656E0000000001", "dev_addr": "27FE87F6"},
    "correlation_ids": ["gs:uplink:01JRZ767CVCHBZW1Y8YG9PZ3TS"], "received_at": "2025-04-16T11:54:13.995136483Z",
    "uplink_message": {
        "session_key_id": "aAixKtmNZUKQXd4GqpHDsw==", "f_port": 2, "f_cnt": 14, "frm_payload": "sQAAEAHlANcB",
        "decoded_payload": {"batteryVoltage": 3.4, "pressEvent": 1, "sensorTemperature": 21.5},
        "rx_metadata": [{
            "gateway_ids": {"gateway_id": "ttig-52ec", "eui": "58A0CBFFFE8052EC"},
            "time": "2025-04-16T11:54:13.697237014Z", "timestamp": 1276394164, "rssi": -31, "channel_rssi": -31,
            "snr": 9.5, "uplink_token": "ChcKFQoJdHRp", "received_at": "2025-04-16T11:54:13.758247461Z"}],
        "settings": {
            "data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7, "coding_rate": "4/5"}},
            "frequency": "867700000", "timestamp": 1276394164, "time": "2025-04-16T11:54:13.697237014Z"},
        "received_at": "2025-04-16T11:54:13.787593298Z", "confirmed": True, "consumed_airtime": "0.061696s",
        "version_ids": {"brand_id": "mclimate", "model_id": "mc-button", "hardware_version": "1.2",
                        "firmware_version": "1.2", "band_id": "EU_863_870"},
        "network_ids": {"net_id": "000013", "ns_id": "EC656E000010181D", "tenant_id": "docs-test-account"},
        "last_battery_percentage": {"f_cnt": 14, "value": 90.118576, "received_at": "2025-04-16T11:54:13.787593298Z"}},
}  # fmt: skip

THINGPARK_JSON = {  # Actility, ThingPark X IoT Flow documentation, Uplink Message (2018)
    "DevEUI_uplink": {
        "Time": "2018-10-03T15:38:46.882+02:00", "DevEUI": "0018B20000000B20", "FPort": "1", "FCntUp": "1174",
        "ADRbit": "1", "MType": "4", "FCntDn": "1229", "payload_hex": "9e1c4852512000220020e3831071",
        "mic_hex": "cfffc70f", "Lrcid": "00000206", "LrrRSSI": "-80.000000", "LrrSNR": "7.000000", "SpFact": "7",
        "SubBand": "G2", "Channel": "LC6", "DevLrrCnt": "1", "Lrrid": "004A18E3", "Late": "0",
        "LrrLAT": "45.851032", "LrrLON": "1.266230",
        "Lrrs": {"Lrr": [{"Lrrid": "004A18E3", "Chain": "0", "LrrRSSI": "-80.000000", "LrrSNR": "7.000000",
                          "LrrESP": "-80.790100"}]},
        "CustomerID": "1100000077",
        "CustomerData": {"alr": {"pro": "ADRF/DEMO", "ver": "2"}, "tags": ["site=Paris"], "name": "My Demo Device"},
        "ModelCfg": "1:TemperatureService, 2:SwissPostDevice", "InstantPER": 0.0, "MeanPER": 0.0,
        "DevAddr": "04D2848E", "AckRequested": 1, "TxPower": 2.0, "NbTrans": 1, "Frequency": 868.1,
        "DynamicClass": "A"},
}  # fmt: skip

THINGPARK_JOIN = {  # the same, JoinRequest message (2020)
    "DevEUI_uplink": {
        "Time": "2020-06-05T14:22:56.396+02:00", "DevEUI": "0018B20000000B20",
        "rawJoinRequest": "003246524144b21800200b000000b2180052ff36f5e390", "Lrrid": "3C200E92", "Chain": 1,
        "Channel": "LC3", "Spfact": 12, "SubBand": "G0", "MType": 0, "mic_hex": "36f5e390", "airtime": 1.482752,
        "Late": 0, "LrrLAT": 48.933865, "LrrLON": 1.195898,
        "Lrrs": {"Lrr": [{"Lrrid": "3C200E92", "LrrRSSI": -56.0, "LrrSNR": 8.75, "LrrESP": -56.543648}]},
        "DriverCfg": {"mod": {"pId": "adeunis", "mId": "field-test", "ver": "1"}}, "CustomerID": "100132373"},
}  # fmt: skip

THINGPARK_XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<DevEUI_uplink xmlns="http://uri.actility.com/lora">
  <Time>2016-10-25T12:45:24.150+02:00</Time>
  <DevEUI>0004A30B001AB111</DevEUI>
  <FPort>1</FPort><FCntUp>9</FCntUp><ADRbit>1</ADRbit><MType>4</MType><FCntDn>5</FCntDn>
  <payload_hex>28</payload_hex><mic_hex>4368e1a6</mic_hex><Lrcid>00000201</Lrcid>
  <LrrRSSI>-117.000000</LrrRSSI><LrrSNR>-14.750000</LrrSNR><SpFact>12</SpFact>
  <SubBand>G2</SubBand><Channel>LC6</Channel><DevLrrCnt>1</DevLrrCnt><Lrrid>290000D5</Lrrid><Late>0</Late>
  <LrrLAT>50.039040</LrrLAT><LrrLON>15.767958</LrrLON>
  <Lrrs>
    <Lrr><Lrrid>290000D5</Lrrid><Chain>0</Chain><LrrRSSI>-117.000000</LrrRSSI><LrrSNR>-14.750000</LrrSNR>
      <LrrESP>-131.893097</LrrESP></Lrr>
  </Lrrs>
  <CustomerID>100000301</CustomerID>
  <CustomerData>{"alr":{"pro":"LORA/Generic","ver":"1"}}</CustomerData>
  <ModelCfg>0</ModelCfg><DevAddr>001AB111</DevAddr>
</DevEUI_uplink>"""
"""What a network of Ceske Radiokomunikace sent to a user's PHP page, who published it (2016)."""

LIVE_OBJECTS = {  # a soil probe of Saint-Quentin in the tests of Orange's own IoT agent (2019)
    "metadata": {
        "connector": "lora", "source": "urn:lo:nsid:lora:70B3D59BA0009832", "encoding": "sonde_test_num2",
        "group": {"path": "/Saint-Quentin-Philippe-Roth_1", "id": "O6BEHg"},
        "network": {"lora": {
            "signalLevel": 5, "rssi": -99, "gatewayCnt": 1, "esp": -99.79, "sf": 12,
            "messageType": "UNCONFIRMED_DATA_UP", "port": 5, "snr": 7, "ack": False,
            "location": {"alt": 0, "accuracy": 10000, "lon": 3.28297, "lat": 49.8527}, "fcnt": 1,
            "devEUI": "70B3D59BA0009832"}}},
    "streamId": "urn:lo:nsid:lora:70B3D59BA0009832", "created": "2019-10-23T12:32:48.011Z", "extra": {},
    "location": {"provider": "lora", "alt": 0, "accuracy": 10000, "lon": 3.28297, "lat": 49.8527},
    "model": "lora_v0", "id": "5db04870c74a496551742859",
    "value": {"temp_sol": 14, "payload": "6d011f0179", "humidity": 109, "batterie": 3.77},
    "timestamp": "2019-10-23T12:32:44.546Z", "tags": ["capteur_5"],
}  # fmt: skip

WANESY = {  # a tracker's uplink in the comments of a published translator (2023)
    "id": "642beaccd03c4a000169f047",
    "endDevice": {"devEui": "20635F028100003E", "devAddr": "02597230", "cluster": {"id": 1422}}, "fPort": 18,
    "fCntDown": 2, "fCntUp": 11790, "adr": False, "confirmed": False, "encrypted": False,
    "payload": "034c649d090014ebb6adad4be600ad24ba311acfe063da03a2becd908d7863ff3cca", "encodingType": "HEXA",
    "recvTime": 1680599756526, "gwRecvTime": 1680599756526, "classB": False, "delayed": False, "gwCnt": "2",
    "gwInfo": [
        {"gwEui": "7276FF0039030872", "rfRegion": "EU868", "rssi": -47, "snr": 7.5, "channel": 7, "radioId": 1,
         "latitude": 0, "longitude": 0, "altitude": 0},
        {"gwEui": "7276FF0039030873", "rfRegion": "EU868", "rssi": -44, "snr": 7.4, "channel": 7, "radioId": 1,
         "latitude": 1, "longitude": 2, "altitude": 3}],
    "codingRate": "4/5", "dataRate": "SF10BW125", "modulation": "LORA", "ulFrequency": "868.5",
}  # fmt: skip

LORIOT_RX = {  # a SenseCAP's uplink in a user's script (2024)
    "cmd": "rx", "seqno": 31, "EUI": "2CF7F12052602BFA", "ts": 1713521712759, "fcnt": 0, "port": 1,
    "freq": 867900000, "rssi": -108, "snr": 1.2, "toa": 1155, "dr": "SF12 BW125 4/5", "ack": False, "bat": 255,
    "offline": False, "data": "4545",
}  # fmt: skip
LORIOT_GW = {  # of the same device
    "cmd": "gw", "seqno": 26, "EUI": "2CF7F12052602BFA", "ts": 1713521048021, "fcnt": 0, "port": 1,
    "freq": 867500000, "toa": 1155, "dr": "SF12 BW125 4/5", "ack": False,
    "gws": [{"rssi": -106, "snr": -4.5, "ts": 1713521048021, "time": "2024-04-19T10:04:08.021Z",
             "gweui": "7076FFFFFF053A13", "ant": 0, "lat": 57.013938, "lon": 9.9874619}],
    "bat": 255, "data": "4545",
}  # fmt: skip

# --- from documentation ----------------------------------------------------------------------------------------------

SPOT = {  # the example of Objenious' routing documentation, its dots filled in
    "id": "d5e2c4cc722-126c17ed", "timestamp": "2016-05-04T16:01:26.572226000Z", "device_id": 3421, "type": "uplink",
    "count": 21, "payload_encrypted": "9f3c", "payload_cleartext": "01755c",
    "payload": [{"timestamp": "2016-05-04T16:01:26.572226000Z", "data": {"Temperature": 21, "ButtonPushed": True}}],
    "protocol_data": {"AppNonce": "a1b2c3", "DevAddr": "0e00a1b2", "DevNonce": "0102", "NetID": "000007", "port": 1,
                      "rssi": -110, "snr": -3.2, "noise": -107.1, "signal": -114.9, "sf": 12},
    "device_properties": {"external_id": "pav-1", "deveui": EUI, "appeui": "70b3d57ed0000000", "property": "value"},
    "ack": True, "lat": 48.64332, "lng": 2.34123, "geolocation_type": "network",
}  # fmt: skip

HELIUM = {  # the example of Helium's documentation
    "app_eui": "6948A4B59F4666AD", "dev_eui": "1C29FBD1D2084E21", "devaddr": "B5A44869", "fcnt": 19,
    "hotspots": [
        {"frequency": 912.2999877929688, "id": "11KHJW1ePkfhLYptMwKyDzn4opLc62daahbi35uxhH3wwi7p6xr",
         "name": "icy-fiery-hippo", "reported_at": 1586868546123, "rssi": -54, "snr": 9.800000190734863,
         "spreading": "SF9BW125", "status": "success"},
        {"frequency": 912.2999877929688, "id": "11ni2CACdVUAshDvXif2pYUduAsvoawoxvVub6aqgHjSNsPEapZ",
         "name": "cool-chiffon-hornet", "reported_at": 1586868546124, "rssi": -51, "snr": 9,
         "spreading": "SF9BW125", "status": "success"}],
    "id": "7c523974-4ce7-4a92-948b-55171a6e4d77",
    "metadata": {"labels": [{"id": "7d11aef4-4daf-4caf-b72a-f789b191ebe4", "name": "DontLabelMe"}]},
    "name": "Test Me", "payload": "SGVsbG8sIHdvcmxkIQ==", "port": 1, "reported_at": 1586868546123,
}  # fmt: skip


def text(message: dict, **changes) -> bytes:
    """A message as JSON, with top-level fields changed; None takes one out."""
    return json.dumps({name: value for name, value in (message | changes).items() if value is not None}).encode()


# --- one uplink in the words of each: device, session, counter, port, payload, instant, gateways, SF7 on 868.3 MHz ---

ONE_UPLINK: dict[str, bytes] = {
    "chirpstack-v4": text({
        "time": AT, "deviceInfo": {"devEui": EUI, "deviceProfileName": "X"}, "devAddr": "00d20001", "dr": 5, "fCnt": 7,
        "fPort": 85, "data": "AXVc",
        "rxInfo": [{"gatewayId": name, "rssi": rssi, "snr": snr} for name, rssi, snr in (NEAR, FAR)],
        "txInfo": {"frequency": 868300000, "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7}}}}),
    "chirpstack-v3": text({
        "devEUI": "JOEkE2sAAAE=", "devAddr": "ANIAAQ==", "dr": 5, "fCnt": 7, "fPort": 85, "data": "AXVc",
        "rxInfo": [{"gatewayID": name, "rssi": rssi, "loRaSNR": snr, "time": AT} for name, rssi, snr in (NEAR, FAR)],
        "txInfo": {"frequency": 868300000, "modulation": "LORA", "loRaModulationInfo": {
            "bandwidth": 125, "spreadingFactor": 7}}}),
    "tts-v3": text({
        "end_device_ids": {"device_id": "pav-1", "dev_eui": EUI.upper(), "dev_addr": "00D20001"},
        "received_at": "2026-11-23T10:00:01.9Z",
        "uplink_message": {
            "f_cnt": 7, "f_port": 85, "frm_payload": "AXVc", "received_at": AT, "consumed_airtime": "0.051456s",
            "rx_metadata": [{"gateway_ids": {"gateway_id": "x", "eui": name.upper()}, "rssi": rssi, "snr": snr}
                            for name, rssi, snr in (NEAR, FAR)],
            "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}},
                         "frequency": "868300000"}}}),
    "thingpark-json": text({"DevEUI_uplink": {
        "Time": "2026-11-23T11:00:01.123+01:00", "DevEUI": EUI.upper(), "DevAddr": "00D20001", "FPort": "85",
        "FCntUp": "7", "payload_hex": "01755c", "SpFact": "7", "Late": "0", "Frequency": 868.3,
        "Lrrs": {"Lrr": [{"Lrrid": name.upper(), "LrrRSSI": f"{rssi}.000000", "LrrSNR": f"{snr:f}"}
                         for name, rssi, snr in (NEAR, FAR)]}}}),
    "thingpark-xml": (
        "<?xml version='1.0' encoding='UTF-8'?><DevEUI_uplink xmlns='http://uri.actility.com/lora'>"
        f"<Time>2026-11-23T11:00:01.123+01:00</Time><DevEUI>{EUI.upper()}</DevEUI><FPort>85</FPort><FCntUp>7</FCntUp>"
        "<payload_hex>01755C</payload_hex><SpFact>7</SpFact><Late>0</Late><Lrrs>"
        + "".join(f"<Lrr><Lrrid>{name.upper()}</Lrrid><LrrRSSI>{rssi:f}</LrrRSSI><LrrSNR>{snr:f}</LrrSNR></Lrr>"
                  for name, rssi, snr in (NEAR, FAR))
        + "</Lrrs><Frequency>868.3</Frequency><DevAddr>00D20001</DevAddr></DevEUI_uplink>").encode(),
    "live-objects": text({
        "streamId": f"urn:lo:nsid:lora:{EUI.upper()}", "timestamp": AT, "created": "2026-11-23T10:00:04Z",
        "value": {"payload": "01755c"},
        "metadata": {"connector": "lora", "network": {"lora": {
            "devEUI": EUI.upper(), "port": 85, "fcnt": 7, "rssi": NEAR[1], "snr": NEAR[2], "sf": 7}}}}),
    "spot": text({
        "type": "uplink", "timestamp": AT, "count": 7, "payload_cleartext": "01755c",
        "protocol_data": {"DevAddr": "00d20001", "port": 85, "rssi": NEAR[1], "snr": NEAR[2], "sf": 7},
        "device_properties": {"deveui": EUI}}),
    "wanesy": text({
        "endDevice": {"devEui": EUI.upper(), "devAddr": "00D20001"}, "fPort": 85, "fCntUp": 7, "payload": "01755c",
        "encodingType": "HEXA", "recvTime": AT_MS, "dataRate": "SF7BW125", "ulFrequency": "868.3",
        "gwInfo": [{"gwEui": name.upper(), "rssi": rssi, "snr": snr} for name, rssi, snr in (NEAR, FAR)]}),
    "loriot": text({
        "cmd": "gw", "EUI": EUI.upper(), "ts": AT_MS, "fcnt": 7, "port": 85, "data": "01755c", "freq": 868300000,
        "toa": 51, "dr": "SF7 BW125 4/5",
        "gws": [{"gweui": name.upper(), "rssi": rssi, "snr": snr} for name, rssi, snr in (NEAR, FAR)]}),
    "helium": text({
        "dev_eui": EUI.upper(), "devaddr": "00D20001", "fcnt": 7, "port": 85, "payload": "AXVc", "reported_at": AT_MS,
        "hotspots": [{"id": name, "rssi": rssi, "snr": snr, "spreading": "SF7BW125", "frequency": 868.2999877929688}
                     for name, rssi, snr in (NEAR, FAR)]}),
}  # fmt: skip
