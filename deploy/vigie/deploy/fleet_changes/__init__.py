"""What the commands share that change the fleet: how a change is shown, asked about, made and told."""
