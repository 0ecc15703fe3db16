"""Street lighting: nights and the sun, what a cabinet draws, when it is on, what it lost."""
