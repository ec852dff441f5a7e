-- Where the projections stand: who builds them, who reads them, and which build of each one serves. The builds themselves lie in
-- schemas of their own, made and dropped by the builder, owned by the role and not by a login, so that any builder may follow another.

do $$
begin
    if not exists (select from pg_roles where rolname = 'ledger_projector') then
        begin
            create role ledger_projector nologin;
        exception when duplicate_object or unique_violation then null;
        end;
    end if;
    if not pg_has_role(current_user, 'ledger_projector', 'usage') then
        execute format('grant ledger_projector to %I', current_user);
    end if;
    if not pg_has_role('ledger_projector', 'ledger_reader', 'usage') then
        grant ledger_reader to ledger_projector;
    end if;
    execute format('grant create on database %I to ledger_projector', current_database());
end $$;

create schema serving authorization ledger_projector;
set local role ledger_projector;

-- One row a build; the row of a dropped one stays, so that a number never names two builds.
create table serving.builds (
    projection     text    not null,
    build          integer not null check (build > 0),
    version        integer not null,
    schema         text    not null unique,
    position       bigint  not null default 0 check (position >= 0),
    status         text    not null check (status in ('building', 'running', 'faulted', 'dropped')),
    serving        boolean not null default false,
    fault_position bigint,
    fault          text,
    retired_at     timestamptz,  -- when another build took over
    primary key (projection, build),
    check ((status = 'faulted') = (fault is not null))  -- a fault without a position: the tables are wrong, not a fact
) with (fillfactor = 20);
create unique index one_serving on serving.builds (projection) where serving;

grant usage on schema serving to ledger_reader;
grant select on serving.builds to ledger_reader;

reset role;
