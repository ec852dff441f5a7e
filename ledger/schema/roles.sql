-- name: create_roles
-- Roles belong to the server, not to a database; several databases may be migrated at once. Neither role can log in by itself.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['ledger_owner', 'ledger_writer', 'ledger_reader'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            begin
                execute format('create role %I nologin', wanted);
            exception when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
    if not pg_has_role(current_user, 'ledger_owner', 'usage') then
        execute format('grant ledger_owner to %I', current_user);
    end if;
    execute format('grant create, temporary on database %I to ledger_owner', current_database());
end $$;

-- name: create_journal
create schema if not exists log;
create table if not exists log.migrations (
    number     integer primary key,
    name       text not null,
    sha256     bytea not null,
    applied    boolean not null,  -- false: left out, because it needs a superuser
    applied_by text not null default session_user,
    applied_at timestamptz not null default clock_timestamp()
);
grant usage on schema log to ledger_owner, ledger_writer, ledger_reader;
grant select on log.migrations to ledger_owner, ledger_writer, ledger_reader;

-- name: lock
select pg_advisory_xact_lock(120333374519910);

-- name: journal
select number, name, sha256, applied from log.migrations order by number;

-- name: note
insert into log.migrations (number, name, sha256, applied) values (%(number)s, %(name)s, %(sha256)s, %(applied)s)
on conflict (number) do update set applied = excluded.applied;

-- name: about_me
select (select rolsuper from pg_roles where rolname = current_user) as superuser,
       current_setting('server_version_num')::int as version, pg_encoding_to_char(encoding) as encoding
  from pg_database where datname = current_database();

-- name: login
-- The statement that gives a program its login, and those that give it its roles.
select format(case when exists (select from pg_roles where rolname = %(name)s::text) then 'alter' else 'create' end
              || ' role %%I login password %%L', %(name)s::text, %(password)s::text)
union all
select format('grant %%I to %%I', role, %(name)s::text) from unnest(%(roles)s::text[]) as role;
