-- name: make_no_lock
-- What a log costs that promises nothing: the same columns, a sequence for the position, the same two indexes, no lock.
create table no_lock (
    position    bigint generated always as identity primary key,
    version     bigint not null,
    recorded_at timestamptz not null default clock_timestamp(),
    stream      uuid   not null,
    topic       text   not null,
    actor       text,
    state       bytea  not null,
    unique (stream, version)
)

-- name: no_lock
insert into no_lock (version, stream, topic, actor, state) values (%s, %s, %s, %s, %s)

-- name: commit
-- An empty durable commit: a record in the write-ahead log, and the wait until it is on disk.
select pg_logical_emit_message(true, 'bench', '')

-- name: make_copied
-- The rows of the log and nothing else: same columns, same two indexes.
create table copied (
    position    bigint primary key,
    version     bigint not null,
    recorded_at bigint not null,
    stream      uuid   not null,
    topic       text   not null,
    actor       text,
    prev        bytea,
    leaf        bytea  not null,
    node        bytea  not null,
    state       bytea  not null,
    unique (stream, version)
)

-- name: copy
copy copied from stdin (format binary)
