-- Turns the big tables into ones of 16 hash partitions by network, for an installation of many networks.
-- With the server stopped, as the owner of the tables, after a backup (docs/postgresql.md):
--   psql -1 -v ON_ERROR_STOP=1 -d workstation -f deploy/postgresql/partition.sql
-- One transaction: broken off, nothing has changed. Run again, it leaves alone what is partitioned.
DO $$
DECLARE
  parts CONSTANT integer := 16;
  big CONSTANT text[] := ARRAY[
    'receipts', 'held_entries', 'check_ins', 'shifts', 'receptions', 'constituents', 'changes',
    'station_days', 'member_days', 'touched_days'];
  whole text[];
  name text;
  said text;
  late text[] := '{}';
  part integer;
BEGIN
  SELECT array_agg(relname::text) INTO whole FROM pg_class
    WHERE relname = ANY (big) AND relkind = 'r' AND relnamespace = current_schema()::regnamespace;
  IF whole IS NULL THEN RETURN; END IF;

  -- What ties tables together comes back when all of them have their keys again.
  FOR name, said IN
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE contype = 'f' AND (conrelid::regclass::text = ANY (whole) OR confrelid::regclass::text = ANY (whole))
      AND conparentid = 0
  LOOP
    EXECUTE name;
    late := late || said;
  END LOOP;

  FOREACH name IN ARRAY whole LOOP
    EXECUTE format('ALTER TABLE %I RENAME TO %I', name, name || '_whole');
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)'
                   ' PARTITION BY HASH (network_id)', name, name || '_whole');
    FOR part IN 0 .. parts - 1 LOOP
      EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
                     name || '_' || part, name, parts, part);
    END LOOP;
    EXECUTE format('INSERT INTO %I SELECT * FROM %I', name, name || '_whole');
  END LOOP;

  -- Keys first, then the other indexes, under the names that migrations know them by.
  FOREACH name IN ARRAY whole LOOP
    FOR said IN
      SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s', name, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE conrelid = (name || '_whole')::regclass AND contype IN ('p', 'u')
      UNION ALL
      SELECT replace(pg_get_indexdef(indexrelid), format('%s_whole ', name), format('%s ', name))
      FROM pg_index WHERE indrelid = (name || '_whole')::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
    LOOP
      late := said || late;
    END LOOP;
    EXECUTE format('DROP TABLE %I', name || '_whole');
  END LOOP;
  FOREACH said IN ARRAY late LOOP
    EXECUTE said;
  END LOOP;
END $$;
ANALYZE;
