"""What several codecs of one maker, or of one kind of device, share."""
