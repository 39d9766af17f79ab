"""What reaches the disk or the network."""
