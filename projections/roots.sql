-- name: shape
-- What a build's tables are made of, as they lie there: their columns in order, and the place of each in the key of a row version.
select class.relname, attribute.attname, format_type(attribute.atttypid, attribute.atttypmod),
       coalesce(array_position(key.indkey::smallint[], attribute.attnum), -1)
  from pg_class as class
  join pg_namespace as space on space.oid = class.relnamespace and space.nspname = %(schema)s
  join pg_attribute as attribute on attribute.attrelid = class.oid and attribute.attnum > 0 and not attribute.attisdropped
  left join pg_index as key on key.indrelid = class.oid and key.indisprimary
 where class.relkind = 'r' and class.relname <> 'route'
 order by class.relname collate "C", attribute.attnum

-- name: as_known
-- A table as it stood at a position: what was learnt later is left out, and what was closed later is open still.
select {columns} from (select *, case when known_to > {position} then 9223372036854775807 else known_to end as known_by
  from {schema}.{table} where known_from <= {position}) as held

-- name: dump
-- Every row in one order, in bytes that no setting of a session, server or machine changes.
copy ({as_known} order by {order}) to stdout (format binary)
