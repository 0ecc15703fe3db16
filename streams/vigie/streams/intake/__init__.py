"""What connectors share: who may send, how bodies are taken in, how far a file was read."""
