-- What crossed a network on some days is asked by the time of reception. Rows stand about in the order in which they came,
-- so a summary of each range of pages finds them, and writing costs next to nothing.

CREATE INDEX uplink_received ON uplink USING brin (received_at) WITH (pages_per_range = 32, autosummarize = on);
