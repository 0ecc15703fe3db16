"""What the envelopes of LoRaWAN network servers share: fields, EUIs, one server's several forms."""
