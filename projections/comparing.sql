-- name: session
-- Two tables are held against each other by merging them in the order of their keys; what does not fit into memory is written away.
select set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true),
       set_config('enable_mergejoin', 'on', true), set_config('work_mem', '32MB', true)

-- name: compared
-- Every row version of either build, and what became of it: equal, only in one of them, or changed, and in which columns.
select {identity}, case when old.there is null then 'only_new' when new.there is null then 'only_old'
                        when {same} then 'equal' else 'changed' end as kind,
       case when old.there and new.there then array_remove(array[{causes}]::text[], null) else '{}' end as causes
  from (select true as there, was.* from ({old}) as was) as old
  full join (select true as there, now.* from ({new}) as now) as new using ({identity})

-- name: groups
select kind, causes, count(*) from ({compared}) as compared group by kind, causes order by kind collate "C", causes

-- name: samples
with ranked as (
    select *, row_number() over (partition by kind, causes order by {identity}) as place
      from ({compared}) as compared where kind <> 'equal')
select ranked.kind, ranked.causes, to_jsonb(old), to_jsonb(new)
  from ranked left join ({old}) as old using ({identity}) left join ({new}) as new using ({identity})
 where ranked.place <= %(most)s
 order by ranked.kind collate "C", ranked.causes, ranked.place

-- name: count
select count(*) from ({held}) as held
