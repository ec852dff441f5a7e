-- The log. One table of facts, one of commands, one row of head; written by three functions, read through one view.
-- What is stored is what is hashed: see `leaf` below and docs/decisions/0003-stored-bytes.md.

create schema if not exists log;
alter schema log owner to ledger_owner;
set local role ledger_owner;

-- What columns hold. Domains, because CHECKs of a table are parsed anew by every statement: they cost more than a single insert does.
create domain log.ordinal as bigint check (value > 0);
create domain log.digest as bytea check (octet_length(value) = 32);
create domain log.line as text check (value not in ('', '-') and value !~ '[\u0001-\u001f\u007f]');  -- a header line of an entry
create domain log.state as bytea check (octet_length(value) between 2 and 61440);

-- One fact a row. `position` runs 1, 2, 3 … without gaps and is commit order; the leaf index of the Merkle tree is position - 1.
-- `prev` is the leaf of the stream's fact before this one; `node` is the root of the largest complete subtree that ends here
-- (the leaf itself at odd positions), so that a row whose leaf was recomputed after an edit still betrays its own position.
create table log.events (
    position    log.ordinal primary key,
    version     log.ordinal not null,
    recorded_at log.ordinal not null,  -- microseconds UTC, database clock, never decreasing
    stream      uuid        not null,
    topic       log.line    not null,
    actor       log.line,
    prev        log.digest,
    leaf        log.digest  not null,
    node        log.digest  not null,
    state       log.state   not null,
    unique (stream, version)
);
alter table log.events alter column state set storage external;  -- verbatim bytes, read far more often than written

-- One accepted command a row, kept for ever: a lost reply followed by a retry finds its first receipt here.
create table log.commands (
    key         uuid        primary key,
    request     log.digest  not null,
    first       log.ordinal not null,
    last        log.ordinal not null,
    recorded_at log.ordinal not null
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

-- Every writer holds this lock for the rest of its transaction; that alone makes position order commit order.
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

-- Takes the lock and returns the head; first it refuses a session that could lose or misorder what it writes.
create function log.lock_head() returns log.head language plpgsql as $$
declare
    head log.head;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'the log is appended to at READ COMMITTED only' using errcode = 'MZ003';
    elsif current_setting('synchronous_commit') = 'off' then
        raise exception 'the log is not appended to with synchronous_commit = off' using errcode = 'MZ004';
    end if;
    perform pg_advisory_xact_lock(log.lock_key());
    select * into strict head from log.head;
    return head;
end $$;

-- The only way to write many commands. `keys … recorded` hold one element a command. `commands … states` hold one a row, grouped by command:
-- a row with a topic and a state is a fact and the version it will have; without them it is a look, and the version the decision saw.
-- What comes out is as if one command came after the other; one that is refused leaves the others alone.
create function log.append(keys uuid[], requests bytea[], actors text[], recorded bigint[],
                           commands int[], streams uuid[], versions bigint[], topics text[], states bytea[])
returns table (command int, outcome text, first bigint, last bigint, at bigint, stream uuid, version bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    head       constant log.head := log.lock_head();
    n          constant int := cardinality(keys);
    -- of each command
    outcomes   text[]   := array_fill(null::text, array[n]);
    firsts     bigint[] := array_fill(null::bigint, array[n]);
    lasts      bigint[] := firsts;
    moments    bigint[] := firsts;
    met        int[]    := array_fill(null::int, array[n]);  -- the row that the command stumbled over
    -- of each row
    befores    int[];    -- the last row before it that adds to its stream
    held       bigint[]; -- else the version and the leaf that the log ends the stream with
    tips       bytea[];
    positions  bigint[] := array_fill(null::bigint, array[cardinality(streams)]);
    prevs      bytea[]  := array_fill(null::bytea, array[cardinality(streams)]);
    leaves     bytea[]  := prevs;
    nodes      bytea[]  := prevs;
    reached    bigint   := head.size;  -- the position of the last fact so far
    moment     bigint   := head.recorded_at;
    frontier   bytea[]  := head.nodes;
    node       bytea;
    level      int;
    known      record;
    a          int;
    z          int      := 0;
    empty      boolean  := false;
begin
    if head.size = 0 then
        raise exception 'the ledger is not open: its first fact is LedgerOpened' using errcode = 'MZ005';
    end if;

    if exists (select from log.commands c where c.key = any (keys)) then
        for known in
            select asked.ord, asked.request = c.request as same, c.first, c.last, c.recorded_at
              from unnest(keys, requests) with ordinality as asked (key, request, ord) join log.commands c on c.key = asked.key
        loop
            outcomes[known.ord] := case when known.same then 'known' else 'key reused' end;
            firsts[known.ord] := known.first;
            lasts[known.ord] := known.last;
            moments[known.ord] := known.recorded_at;
        end loop;
    end if;

    select array_agg(r.before order by r.ord), array_agg(tip.version order by r.ord), array_agg(tip.leaf order by r.ord) into befores, held, tips
      from (select ord, stream, max(ord::int) filter (where topic is not null)
                                over (partition by stream order by ord rows between unbounded preceding and 1 preceding) as before
              from unnest(streams, topics) with ordinality as given (stream, topic, ord)) as r
      left join lateral (select e.version, e.leaf from log.events e where r.before is null and e.stream = r.stream
                          order by e.version desc limit 1) as tip on true;

    for c in 1 .. n loop
        a := z + 1;
        while commands[z + 1] = c loop z := z + 1; end loop;
        continue when outcomes[c] is not null;
        for i in a .. z loop
            while befores[i] < a and positions[befores[i]] is null loop  -- that one was refused: look further back
                held[i] := held[befores[i]];
                tips[i] := tips[befores[i]];
                befores[i] := befores[befores[i]];
            end loop;
            if versions[i] is distinct from coalesce(versions[befores[i]], held[i], 0) + (topics[i] is not null)::int then
                met[c] := i;
                exit;
            end if;
        end loop;
        if met[c] is not null then
            outcomes[c] := case when topics[met[c]] is null then 'read' else 'version' end;
            held[met[c]] := coalesce(versions[befores[met[c]]], held[met[c]], 0);
            continue;
        end if;

        -- At this point the command is accepted.
        moment := log.moment(recorded[c], moment, head.synthetic);
        for i in a .. z loop
            continue when topics[i] is null;
            prevs[i] := coalesce(leaves[befores[i]], tips[i]);
            node := log.leaf(reached, streams[i], versions[i], topics[i], moment, prevs[i], actors[c], states[i]);
            leaves[i] := node;
            level := 1;
            while reached >> (level - 1) & 1 = 1 loop
                node := sha256('\x01'::bytea || frontier[level] || node);
                frontier[level] := null;
                level := level + 1;
            end loop;
            frontier[level] := node;
            nodes[i] := node;
            reached := reached + 1;
            positions[i] := reached;
            firsts[c] := coalesce(firsts[c], reached);
        end loop;
        empty := empty or firsts[c] is null;
        outcomes[c] := 'stored';
        lasts[c] := reached;
        moments[c] := moment;
    end loop;
    if z <> cardinality(streams) or empty then
        raise exception 'every command brings at least one fact, and rows are grouped by command' using errcode = 'MZ006';
    end if;

    if reached > head.size then
        insert into log.events (position, version, recorded_at, stream, topic, actor, prev, leaf, node, state)
        select f.position, f.version, moments[f.command], f.stream, f.topic, actors[f.command], f.prev, f.leaf, f.node, f.state
          from unnest(positions, versions, commands, streams, topics, prevs, leaves, nodes, states)
               as f (position, version, command, stream, topic, prev, leaf, node, state)
         where f.position is not null;
        insert into log.commands (key, request, first, last, recorded_at)
        select c.key, c.request, c.first, c.last, c.moment
          from unnest(keys, requests, outcomes, firsts, lasts, moments) as c (key, request, outcome, first, last, moment)
         where c.outcome = 'stored';
        update log.head h set size = reached, recorded_at = moment, nodes = frontier;
        perform pg_notify('ledger_events', reached::text);
    end if;
    return query
        select c.ord::int, c.outcome, c.first, c.last, c.moment, streams[c.met], held[c.met]
          from unnest(outcomes, firsts, lasts, moments, met) with ordinality as c (outcome, first, last, moment, met, ord);
end $$;

-- The same for one command with one fact: what a writer alone pays. Same answers as log.append (tested side by side).
create function log.append_one(key uuid, request bytea, actor text, recorded bigint, stream uuid, version bigint, topic text, state bytea,
                               read_streams uuid[], read_versions bigint[],
                               out outcome text, out first bigint, out last bigint, out at bigint, out held_stream uuid, out held_version bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    head     constant log.head := log.lock_head();
    same     boolean;
    tip      bytea;
    tip_at   bigint;
    frontier bytea[];
    own      bytea;
    node     bytea;
    level    int := 1;
begin
    if head.size = 0 then
        raise exception 'the ledger is not open: its first fact is LedgerOpened' using errcode = 'MZ005';
    end if;
    select c.request = append_one.request, c.first, c.last, c.recorded_at into same, first, last, at
      from log.commands c where c.key = append_one.key;
    if found then
        outcome := case when same then 'known' else 'key reused' end;
        return;
    end if;
    if read_streams is not null then
        select 'read', r.stream, coalesce(t.version, 0) into outcome, held_stream, held_version
          from unnest(read_streams, read_versions) with ordinality as r (stream, version, ord)
          left join lateral (select e.version from log.events e where e.stream = r.stream order by e.version desc limit 1) as t on true
         where r.version is distinct from coalesce(t.version, 0) order by r.ord limit 1;
        if found then return; end if;
    end if;
    select e.leaf, e.version into tip, tip_at from log.events e where e.stream = append_one.stream order by e.version desc limit 1;
    if append_one.version is distinct from coalesce(tip_at, 0) + 1 then
        outcome := 'version'; held_stream := append_one.stream; held_version := coalesce(tip_at, 0);
        return;
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
    insert into log.events (position, version, recorded_at, stream, topic, actor, prev, leaf, node, state)
    values (append_one.first, append_one.version, append_one.at, append_one.stream, append_one.topic, append_one.actor,
            tip, own, node, append_one.state);
    insert into log.commands (key, request, first, last, recorded_at)
    values (append_one.key, append_one.request, append_one.first, append_one.last, append_one.at);
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
    head constant log.head := log.lock_head();
    same boolean;
    leaf bytea;
begin
    if head.size > 0 then
        select c.request = open.request, c.first, c.last, c.recorded_at into same, first, last, at from log.commands c where c.key = open.key;
        outcome := case when not found then 'open already' when same then 'known' else 'key reused' end;
        return;
    end if;
    at := log.moment(recorded, head.recorded_at, open.synthetic);
    leaf := log.leaf(0, open.stream, 1, open.topic, at, null, open.actor, open.state);
    first := 1;
    last := 1;
    insert into log.events (position, version, recorded_at, stream, topic, actor, leaf, node, state)
    values (1, 1, open.at, open.stream, open.topic, open.actor, leaf, leaf, open.state);
    insert into log.commands (key, request, first, last, recorded_at) values (open.key, open.request, 1, 1, open.at);
    update log.head h set size = 1, recorded_at = open.at, synthetic = open.synthetic, nodes = array[leaf];
    perform pg_notify('ledger_events', '1');
    outcome := 'stored';
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
