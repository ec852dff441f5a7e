-- The log. One table of facts, one of commands, one row of head; written by three functions, read through one view.
-- What is stored is what is hashed: see `leaf` below and docs/decisions/0003-stored-bytes.md.

create schema if not exists log;
alter schema log owner to ledger_owner;
set local role ledger_owner;

-- One fact a row. `position` runs 1, 2, 3 … without gaps and is commit order; the leaf index of the Merkle tree is position - 1.
-- `prev` is the leaf of the stream's fact before this one; `node` is the root of the largest complete subtree that ends here
-- (the leaf itself at odd positions), so that a row whose leaf was recomputed after an edit still betrays its own position.
create table log.events (
    position    bigint primary key check (position > 0),
    version     bigint not null check (version > 0),
    recorded_at bigint not null check (recorded_at > 0),  -- microseconds UTC, database clock, never decreasing
    stream      uuid   not null,
    topic       text   not null check (topic <> '' and strpos(topic, E'\n') = 0),
    actor       text   check (actor <> '' and actor <> '-' and strpos(actor, E'\n') = 0),
    prev        bytea  check (octet_length(prev) = 32),
    leaf        bytea  not null check (octet_length(leaf) = 32),
    node        bytea  not null check (octet_length(node) = 32),
    state       bytea  not null check (octet_length(state) between 2 and 61440),
    unique (stream, version),
    check ((prev is null) = (version = 1))
);
alter table log.events alter column state set storage external;  -- verbatim bytes, read far more often than written

-- One accepted command a row, kept for ever: a lost reply followed by a retry finds its first receipt here.
create table log.commands (
    key         uuid   primary key,
    request     bytea  not null check (octet_length(request) = 32),
    first       bigint not null check (first > 0),
    last        bigint not null check (last >= first),
    recorded_at bigint not null
);

-- The frontier: nodes[level + 1] is the root of the complete subtree of 2^level leaves, null where that bit of size is 0.
create table log.head (
    one         boolean primary key default true check (one),
    size        bigint  not null default 0,
    recorded_at bigint  not null default 0,
    synthetic   boolean not null default false,
    nodes       bytea[] not null default '{}'
) with (fillfactor = 10);
insert into log.head default values;

create view log.ledger_events as
select position as notification_id, stream as originator_id, version as originator_version, topic, state, recorded_at, actor
  from log.events;

-- RFC 6962 leaf hash of the entry `ledger-entry/v1`.
create function log.leaf(index bigint, stream uuid, version bigint, topic text, recorded_at bigint, prev bytea, actor text, state bytea)
returns bytea language sql immutable parallel safe as $$
    select sha256('\x00'::bytea || convert_to(
        'ledger-entry/v1' || E'\n' || index || E'\n' || stream || E'\n' || version || E'\n' || topic || E'\n' || recorded_at || E'\n'
        || coalesce(encode(prev, 'hex'), '-') || E'\n' || coalesce(actor, '-') || E'\n' || E'\n', 'UTF8') || state)
$$;

-- Every writer takes this lock for the rest of its transaction; that alone makes position order commit order.
create function log.lock_key() returns bigint language sql immutable parallel safe as $$ select 120333374519909 $$;

-- The moment a command is recorded at: the database clock, or what a synthetic ledger was told, never before the head.
create function log.moment(told bigint, head_at bigint, synthetic boolean) returns bigint language plpgsql as $$
declare
    clock constant bigint := (extract(epoch from clock_timestamp()) * 1000000)::bigint;
begin
    if told is null then
        return greatest(clock, head_at);
    elsif not synthetic then
        raise exception 'recorded_at may be given only to a synthetic ledger' using errcode = 'MZ001';
    elsif told < head_at or told > clock then
        raise exception 'recorded_at % is not between the head (%) and the clock (%)', told, head_at, clock using errcode = 'MZ002';
    end if;
    return told;
end $$;

-- What a durable log cannot be written without.
create function log.refuse_unsafe_session() returns void language plpgsql as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the log is appended to at READ COMMITTED only' using errcode = 'MZ003';
    elsif current_setting('synchronous_commit') = 'off' then
        raise exception 'the log is not appended to with synchronous_commit = off' using errcode = 'MZ004';
    end if;
end $$;

-- Why these commands, taken together as one, cannot be appended; no row when they can.
create function log.objection(keys uuid[], requests bytea[], streams uuid[], versions bigint[], read_streams uuid[], read_versions bigint[])
returns table (outcome text, first bigint, last bigint, at bigint, stream uuid, version bigint) language plpgsql as $$
#variable_conflict use_column
begin
    return query
        select case when c.request = asked.request then 'known' else 'key reused' end, c.first, c.last, c.recorded_at, null::uuid, null::bigint
          from unnest(keys, requests) as asked (key, request) join log.commands c on c.key = asked.key
         limit 1;
    if found then return; end if;
    return query
        select 'version'::text, null::bigint, null::bigint, null::bigint, e.stream, coalesce(tip.version, 0)
          from (select stream, min(version) as version, count(*) as facts, max(version) as last
                  from unnest(streams, versions) as f (stream, version) group by stream) as e
          left join lateral (select version from log.events x where x.stream = e.stream order by x.version desc limit 1) as tip on true
         where e.version <> coalesce(tip.version, 0) + 1 or e.last <> coalesce(tip.version, 0) + e.facts
         limit 1;
    if found then return; end if;
    return query
        select 'read'::text, null::bigint, null::bigint, null::bigint, r.stream, coalesce(tip.version, 0)
          from unnest(read_streams, read_versions) as r (stream, version)
          left join lateral (select version from log.events x where x.stream = r.stream order by x.version desc limit 1) as tip on true
         where r.version <> coalesce(tip.version, 0)
         limit 1;
end $$;

-- Places facts after the head: leaves and frontier in memory, then one insert. The caller holds the lock and has no objection.
create function log.place(firsts int[], keys uuid[], requests bytea[], actors text[], moments bigint[],
                          streams uuid[], versions bigint[], topics text[], states bytea[])
returns bigint language plpgsql as $$
#variable_conflict use_column
declare
    head    log.head;
    count   constant int := cardinality(streams);
    before  int[];       -- where in this call the stream's previous fact stands, or null
    tips    bytea[];     -- else the leaf that the stream ended with, or null for a new stream
    prevs   bytea[] := '{}';
    leaves  bytea[] := '{}';
    frontier bytea[];
    carried bytea[] := '{}';
    owners  int[] := '{}';
    command int := 0;
    node    bytea;
    level   int;
begin
    select * into strict head from log.head;
    frontier := head.nodes;
    select array_agg(w.before order by w.ord), array_agg(tip.leaf order by w.ord) into before, tips
      from (select ord, stream, lag(ord) over (partition by stream order by ord) as before
              from unnest(streams) with ordinality as f (stream, ord)) as w
      left join lateral (select leaf from log.events x where w.before is null and x.stream = w.stream order by x.version desc limit 1) as tip on true;
    for i in 1 .. count loop
        if command < cardinality(firsts) and firsts[command + 1] = i then command := command + 1; end if;
        owners[i] := command;
        prevs[i] := coalesce(leaves[before[i]], tips[i]);
        node := log.leaf(head.size + i - 1, streams[i], versions[i], topics[i], moments[command], prevs[i], actors[command], states[i]);
        leaves[i] := node;
        level := 1;
        while (head.size + i - 1) >> (level - 1) & 1 = 1 loop
            node := sha256('\x01'::bytea || frontier[level] || node);
            frontier[level] := null;
            level := level + 1;
        end loop;
        frontier[level] := node;
        carried[i] := node;
    end loop;
    insert into log.events (position, version, recorded_at, stream, topic, actor, prev, leaf, node, state)
    select head.size + f.ord, f.version, moments[f.owner], f.stream, f.topic, actors[f.owner], f.prev, f.leaf, f.node, f.state
      from unnest(streams, versions, topics, states, prevs, leaves, carried, owners) with ordinality
           as f (stream, version, topic, state, prev, leaf, node, owner, ord);
    insert into log.commands (key, request, first, last, recorded_at)
    select c.key, c.request, head.size + c.first, head.size + coalesce(firsts[c.ord + 1] - 1, count), c.moment
      from unnest(keys, requests, firsts, moments) with ordinality as c (key, request, first, moment, ord);
    update log.head h set size = head.size + count, recorded_at = moments[cardinality(moments)], nodes = frontier;
    perform pg_notify('ledger_events', (head.size + count)::text);
    return head.size;
end $$;

-- The only way to write many commands. Arrays `keys … recorded` hold one element a command; `cmds … states` one a fact, grouped by
-- command; `read_*` the streams that a decision looked at, and the version it saw. Commands come out as if one after the other.
create function log.append(keys uuid[], requests bytea[], actors text[], recorded bigint[],
                           cmds int[], streams uuid[], versions bigint[], topics text[], states bytea[],
                           read_cmds int[], read_streams uuid[], read_versions bigint[])
returns table (command int, outcome text, first bigint, last bigint, at bigint, stream uuid, version bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    head    log.head;
    n       constant int := cardinality(keys);
    firsts  int[];
    moments bigint[] := '{}';
    size    bigint;
    moment  bigint;
    hurdle  record;
    a int; b int; ra int; rb int;
begin
    perform log.refuse_unsafe_session();
    perform pg_advisory_xact_lock(log.lock_key());
    select * into strict head from log.head;
    if head.size = 0 then
        raise exception 'the ledger is not open: its first fact is LedgerOpened' using errcode = 'MZ005';
    end if;
    select array_agg(f.ord order by f.ord) into firsts
      from (select ord::int, cmd, lag(cmd) over (order by ord) as before from unnest(cmds) with ordinality as f (cmd, ord)) as f
     where f.before is distinct from f.cmd;
    if cardinality(firsts) is distinct from n or cmds[1] <> 1 or cmds[cardinality(cmds)] <> n then
        raise exception 'every command brings at least one fact, grouped by command' using errcode = 'MZ006';
    end if;

    -- Usually the whole group fits as if it were one command: then one insert serves all.
    if n = (select count(distinct key) from unnest(keys) as k (key)) and (n = 1 or not streams && read_streams)
       and not exists (select from log.objection(keys, requests, streams, versions, read_streams, read_versions)) then
        moment := head.recorded_at;
        for c in 1 .. n loop
            moment := log.moment(recorded[c], moment, head.synthetic);
            moments[c] := moment;
        end loop;
        size := log.place(firsts, keys, requests, actors, moments, streams, versions, topics, states);
        return query select c, 'stored'::text, size + firsts[c], size + coalesce(firsts[c + 1] - 1, cardinality(streams)), moments[c], null::uuid, null::bigint
                       from generate_series(1, n) as c;
        return;
    end if;

    -- Otherwise one after the other: each sees the rows of those before it, and one's conflict fails that one only.
    ra := 1;
    for c in 1 .. n loop
        a := firsts[c];
        b := coalesce(firsts[c + 1] - 1, cardinality(streams));
        rb := ra;
        while read_cmds[rb] = c loop rb := rb + 1; end loop;
        select * into hurdle from log.objection(keys[c:c], requests[c:c], streams[a:b], versions[a:b], read_streams[ra:rb-1], read_versions[ra:rb-1]) limit 1;
        if found then
            return query select c, hurdle.outcome, hurdle.first, hurdle.last, hurdle.at, hurdle.stream, hurdle.version;
        else
            select * into strict head from log.head;
            moment := log.moment(recorded[c], head.recorded_at, head.synthetic);
            size := log.place(array[1], keys[c:c], requests[c:c], actors[c:c], array[moment], streams[a:b], versions[a:b], topics[a:b], states[a:b]);
            return query select c, 'stored'::text, size + 1, size + b - a + 1, moment, null::uuid, null::bigint;
        end if;
        ra := rb;
    end loop;
end $$;

-- The same for one command with one fact: what a writer alone pays. Same answers as log.append (tested side by side).
create function log.append_one(key uuid, request bytea, actor text, recorded bigint, stream uuid, version bigint, topic text, state bytea,
                               read_streams uuid[], read_versions bigint[],
                               out outcome text, out first bigint, out last bigint, out at bigint, out held_stream uuid, out held_version bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    head    log.head;
    known   log.commands;
    tip     bytea;
    tip_at  bigint;
    frontier bytea[];
    own     bytea;
    node    bytea;
    level   int := 1;
begin
    perform log.refuse_unsafe_session();
    perform pg_advisory_xact_lock(log.lock_key());
    select * into strict head from log.head;
    if head.size = 0 then
        raise exception 'the ledger is not open: its first fact is LedgerOpened' using errcode = 'MZ005';
    end if;
    select * into known from log.commands c where c.key = append_one.key;
    if found then
        outcome := case when known.request = append_one.request then 'known' else 'key reused' end;
        first := known.first; last := known.last; at := known.recorded_at;
        return;
    end if;
    select x.leaf, x.version into tip, tip_at from log.events x where x.stream = append_one.stream order by x.version desc limit 1;
    if append_one.version <> coalesce(tip_at, 0) + 1 then
        outcome := 'version'; held_stream := append_one.stream; held_version := coalesce(tip_at, 0);
        return;
    end if;
    if cardinality(read_streams) > 0 then
        select 'read', r.stream, coalesce(t.version, 0) into outcome, held_stream, held_version
          from unnest(read_streams, read_versions) as r (stream, version)
          left join lateral (select x.version from log.events x where x.stream = r.stream order by x.version desc limit 1) as t on true
         where r.version <> coalesce(t.version, 0) limit 1;
        if found then return; end if;
    end if;
    at := log.moment(recorded, head.recorded_at, head.synthetic);
    own := log.leaf(head.size, append_one.stream, append_one.version, append_one.topic, at, tip, append_one.actor, append_one.state);
    node := own;
    frontier := head.nodes;
    while head.size >> (level - 1) & 1 = 1 loop
        node := sha256('\x01'::bytea || frontier[level] || node);
        frontier[level] := null;
        level := level + 1;
    end loop;
    frontier[level] := node;
    first := head.size + 1;
    last := first;
    with fact as (
        insert into log.events (position, version, recorded_at, stream, topic, actor, prev, leaf, node, state)
        values (append_one.first, append_one.version, append_one.at, append_one.stream, append_one.topic, append_one.actor, tip, own, node, append_one.state)
    ), command as (
        insert into log.commands (key, request, first, last, recorded_at)
        values (append_one.key, append_one.request, append_one.first, append_one.last, append_one.at)
    )
    update log.head h set size = append_one.last, recorded_at = append_one.at, nodes = frontier;
    perform pg_notify('ledger_events', last::text);
    outcome := 'stored';
end $$;

-- The first fact of a ledger. Only here may the ledger be declared synthetic: from then on it carries a demonstration clock, for ever.
create function log.open(key uuid, request bytea, actor text, recorded bigint, stream uuid, topic text, state bytea, synthetic boolean,
                         out outcome text, out first bigint, out last bigint, out at bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    head  log.head;
    known log.commands;
begin
    perform log.refuse_unsafe_session();
    perform pg_advisory_xact_lock(log.lock_key());
    select * into strict head from log.head;
    if head.size > 0 then
        select * into known from log.commands c where c.key = open.key;
        outcome := case when not found then 'open already' when known.request = open.request then 'known' else 'key reused' end;
        first := known.first; last := known.last; at := known.recorded_at;
        return;
    end if;
    at := log.moment(recorded, 0, open.synthetic);
    update log.head h set synthetic = open.synthetic;
    perform log.place(array[1], array[open.key], array[open.request], array[open.actor], array[at], array[open.stream], array[1::bigint], array[open.topic], array[open.state]);
    outcome := 'stored'; first := 1; last := 1;
end $$;

-- History is not changed: not by a statement (these triggers, in every session mode) and not by a right (no role holds one).
create function log.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the log is never changed: % on log.% is refused', tg_op, tg_table_name using errcode = 'MZ010', hint = 'a wrong fact is corrected by a later one that names it (RecordCorrected)';
end $$;
create trigger never_changed before update or delete or truncate on log.events execute function log.refuse_change();
create trigger never_changed before update or delete or truncate on log.commands execute function log.refuse_change();
create trigger never_removed before insert or delete or truncate on log.head execute function log.refuse_change();
alter table log.events enable always trigger never_changed;
alter table log.commands enable always trigger never_changed;
alter table log.head enable always trigger never_removed;

-- What a reporter under protection said stands in the log as digests only; the disclosures lie here, written in the same transaction.
create table log.disclosures (
    digest bytea primary key check (octet_length(digest) = 32),
    position bigint not null references log.events,
    disclosed bytea not null  -- JSON [salt, path, value]: what the digest is the SHA-256 of
);
create function log.disclose(positions bigint[], disclosed bytea[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into log.disclosures (digest, position, disclosed)
    select sha256(d.disclosed), d.position, d.disclosed from unnest(positions, disclosed) as d (position, disclosed)
$$;

revoke all on all functions in schema log from public;
grant usage on schema log to ledger_writer, ledger_reader;
grant select on log.events, log.commands, log.head, log.ledger_events to ledger_writer, ledger_reader;
grant execute on function log.append, log.append_one, log.open, log.disclose, log.lock_key to ledger_writer;
grant execute on function log.leaf, log.lock_key to ledger_reader;

reset role;
