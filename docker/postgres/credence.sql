-- What the example queries of docs/operator.md stand on, above CometBFT's tables (schema.sql). Run it after them.

-- Queries look for events by type.
CREATE INDEX idx_events_type ON events(type);
CREATE INDEX idx_events_block ON events(block_id);

-- One row for each event of Credence. The attributes of such an event are protobuf's JSON, so that data has its fields: numbers of 64 bits
-- are texts, messages are objects. What the SDK adds to an event (in which message or hook it was) is a plain text.
CREATE VIEW credence_events AS
  SELECT blocks.height, blocks.chain_id, events.rowid AS event, events.tx_id, events.type,
    substring(events.type from '[^.]+$') AS name,
    (SELECT jsonb_object_agg(key, CASE WHEN key IN ('mode', 'msg_index', 'authz_msg_index') THEN to_jsonb(value) ELSE value::jsonb END)
       FROM attributes WHERE attributes.event_id = events.rowid) AS data
  FROM events JOIN blocks ON blocks.rowid = events.block_id
  WHERE events.type LIKE 'credence.%';
