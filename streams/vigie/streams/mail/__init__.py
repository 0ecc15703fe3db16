"""What `notify` asks others for: who may be told, a chart, a second source, an image. Nothing here holds a mail up."""
