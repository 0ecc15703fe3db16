"""Windows over readings at points: their bounds in legal time, what they come to, and who holds them."""
