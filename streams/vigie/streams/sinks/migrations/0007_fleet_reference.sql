-- The database itself keeps what refers to what: whoever writes into it, no reference leads to an object of which nothing
-- is said any more. Rules over dates and kinds are the apply's (streams/core/fleet/rules).

CREATE FUNCTION fleet_reference_made() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lost text;
BEGIN
    SELECT o.kind || ' ' || o.id INTO lost FROM made JOIN fleet_object o ON o.number = made.target
    WHERE NOT EXISTS (SELECT FROM fleet_version v WHERE v.object = made.target AND v.superseded_at IS NULL) LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = format('%s est référencé, mais la flotte ne le connaît pas', lost);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER fleet_reference_made AFTER INSERT ON fleet_reference REFERENCING NEW TABLE AS made
FOR EACH STATEMENT EXECUTE FUNCTION fleet_reference_made();

CREATE FUNCTION fleet_version_superseded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fleet_reference WHERE target = NEW.object)
        AND NOT EXISTS (SELECT FROM fleet_version v WHERE v.object = NEW.object AND v.superseded_at IS NULL)
    THEN
        RAISE foreign_key_violation USING MESSAGE = (
            SELECT format('%s %s est encore référencé', kind, id) FROM fleet_object WHERE number = NEW.object);
    END IF;
    RETURN NULL;
END $$;
-- At the end of the transaction: an apply supersedes what was known before it writes what is known now.
CREATE CONSTRAINT TRIGGER fleet_version_superseded AFTER UPDATE ON fleet_version DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL)
EXECUTE FUNCTION fleet_version_superseded();
