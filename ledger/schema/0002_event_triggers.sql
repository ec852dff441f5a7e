-- requires: superuser
-- The shape of the log is not changed either, by anyone but the role that migrates (session_user, which no SET ROLE and no setting can
-- forge). Left out where the migrating role is no superuser; `mingze verify` and /status then say so.

create function log.refuse_reshaping() returns event_trigger language plpgsql
security definer set search_path = pg_catalog, pg_temp as $$
declare
    touched record;
begin
    if session_user = (select applied_by from log.migrations order by number limit 1) then return; end if;
    if tg_event = 'sql_drop' then
        for touched in select * from pg_event_trigger_dropped_objects() loop
            if touched.schema_name = 'log' or (touched.object_type = 'schema' and touched.object_name = 'log') then
                raise exception 'the log is not reshaped: % of % is refused', tg_tag, touched.object_identity using errcode = 'MZ011', hint = 'migrations run as the role that opened this database';
            end if;
        end loop;
    else
        for touched in select * from pg_event_trigger_ddl_commands() loop
            if touched.schema_name = 'log' or touched.object_identity = 'log' then
                raise exception 'the log is not reshaped: % of % is refused', tg_tag, touched.object_identity using errcode = 'MZ011', hint = 'migrations run as the role that opened this database';
            end if;
        end loop;
    end if;
end $$;
create event trigger log_is_not_reshaped on ddl_command_end execute function log.refuse_reshaping();
create event trigger log_is_not_dropped on sql_drop execute function log.refuse_reshaping();
alter event trigger log_is_not_reshaped enable always;
alter event trigger log_is_not_dropped enable always;
