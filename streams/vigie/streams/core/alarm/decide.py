"""Words of the first version of `alarm` that others still use."""

RAISED = "raised"
