"""What the frames of Watteco mean: standard reports, batches, and the customer output of French meters."""
