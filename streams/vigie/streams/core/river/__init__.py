"""Rivers: what two stations on one stream say of each other."""
