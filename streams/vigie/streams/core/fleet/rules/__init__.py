"""Rules over the fleet, one subject a file: what cannot be is severe, what is odd is a warning."""
