-- name: create_table
-- One view's table. Only `known_to` is ever updated, and no index holds it: the free tenth of a page keeps that update on the page.
create table {schema}.{table} ({columns}) with (fillfactor = 90)

-- name: create_route
-- Which facts of other streams concern a key; how a fold finds them again.
create table {schema}.route (key uuid not null, position bigint not null, primary key (key, position))

-- name: add_identity
alter table {schema}.{table} add primary key ({identity})

-- name: copy_in
copy {schema}.{table} from stdin (format binary)

-- name: close
-- Rows that are no longer believed. The caller counts: fewer rows than asked for is a wrong handler or a skipped fact.
update {schema}.{table} as believed set known_to = closed.known_to
  from unnest({arrays}, %(known_to)s::bigint[]) as closed ({identity}, known_to)
 where ({believed}) = ({closed}) and believed.known_to = 9223372036854775807

-- name: add_routes
insert into {schema}.route (key, position)
select * from unnest(%(keys)s::uuid[], %(positions)s::bigint[])
    on conflict do nothing

-- name: dump
-- Every row in one order, in bytes that no session setting changes.
copy (select * from {schema}.{table} order by {identity}) to stdout (format binary)
