"""Which addresses may send over protocols that know no senders: UDP, and CoAP without a token."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


class Neighbours:
    """Networks such as that of an operator's private APN.

    Args:
        networks: in CIDR form; empty: everybody.

    >>> Neighbours(("10.20.0.0/16",)).let_in("10.20.3.4"), Neighbours(("10.20.0.0/16",)).let_in("::ffff:10.21.3.4")
    (True, False)
    """

    def __init__(self, networks: tuple[str, ...]) -> None:
        self._networks = [ip_network(network) for network in networks]

    def let_in(self, host: str) -> bool:
        """Whether a host may send."""
        if not self._networks:
            return True
        try:
            address: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
        except ValueError:
            return False
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        return any(address.version == network.version and address in network for network in self._networks)


def wrong_network(networks: tuple[str, ...]) -> str:
    """What is wrong with networks of a sources file; empty if nothing is."""
    for network in networks:
        try:
            ip_network(network)
        except ValueError as error:
            return f"expected networks such as 10.20.0.0/16: {error}"
    return ""
