-- name: entered
-- The duties that a list ever had, by what was known at the position.
select distinct key from {schema}.mention
 where role = 'duty' and topic in ('duty.entry_added', 'duty.entry_changed') and known_from <= %(known_at)s
