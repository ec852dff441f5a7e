-- name: indexes
create index on {schema}.campaign_return (campaign);
create index on {schema}.campaign_record (campaign);
create index on {schema}.reconciliation (campaign);
create index on {schema}.published_list (campaign) where campaign is not null

-- name: campaigns
-- Campaigns as of a day, as known at a position, the latest first.
select held.key as campaign, held.area_code, year, ordinal, title, campaign_unit, unit_named.name as campaign_unit_name, phase, since,
       cardinality(units) as units, item_types, deadline, held.synthetic
  from (select * from {schema}.campaign_list where {pinned}) as held
  left join (select key, name from {schema}.unit_list where {pinned}) as unit_named on unit_named.key = campaign_unit
 where (%(campaign)s::uuid is null or held.key = %(campaign)s)
 order by year desc, ordinal desc, held.area_code collate "C", held.key

-- name: returns
-- One row a unit and type: those that the campaign names, filed or not, and whatever was filed beside them, by unit code and type.
with campaign as (select * from {schema}.campaign_list where {pinned} and key = %(campaign)s),
     filed as (select * from {schema}.campaign_return where {pinned} and campaign = %(campaign)s),
     named as (select key, code, name, level, first_day_without from {schema}.unit_list where {pinned}),
     owed as (
        select unit, item_type, coalesce(first_day_without > deadline, true) as owed
          from campaign cross join unnest(units) as unit cross join unnest(item_types) as item_type left join named on named.key = unit
     ),
     found as (
        select unit, item_type, count(*) filter (where result = 'OMISSION') as omissions, bool_or(result = 'FALSE_ZERO') as false_zero
          from {schema}.reconciliation where {pinned} and campaign = %(campaign)s and result in ('OMISSION', 'FALSE_ZERO')
         group by unit, item_type
     ),
     every as (
        select unit, named.name as unit_name, coalesce(named.code, '') as unit_code, named.level, item_type,
               case when false_zero then 'FALSE_ZERO' else coalesce(status, 'DUE') end as status,
               coalesce(owed, false) as owed, coalesce(zero, false) as zero,
               coalesce(cardinality(items), 0) as items, coalesce(cardinality(records), 0) as records, coalesce(omissions, 0) as omissions,
               filed_on, coalesce(filed_on > deadline, false) as late,
               coalesce(status, 'DUE') = 'DUE' and coalesce(owed, false) and coalesce(%(in_force_on)s > deadline, false) as overdue,
               coalesce(overdue_noted, false) as overdue_noted
          from owed full join filed using (unit, item_type) left join found using (unit, item_type)
          left join campaign on true left join named on named.key = unit
     )
select * from every
 where (%(status)s::text[] is null or status = any(%(status)s))
   and (%(unit)s::uuid is null or unit = %(unit)s)
   and (%(code_after)s::text is null or (unit_code collate "C", unit, item_type collate "C") > (%(code_after)s, %(unit_after)s, %(type_after)s))
 order by unit_code collate "C", unit, item_type collate "C"
 limit %(most)s

-- name: reconciliation
-- One row a found item, with the channels that know of it; the set names them: I a unit declared it, S a spot check, R a recipient.
with record as (select key, found_by from {schema}.campaign_record where {pinned} and campaign = %(campaign)s),
     compared as (select * from {schema}.reconciliation where {pinned} and campaign = %(campaign)s),
     channels as (
        select compared.key, bool_or(found_by = 'SPOT_CHECK') as s, bool_or(found_by = 'RECIPIENT') as r
          from compared, unnest(compared.records) as named join record on record.key = named group by compared.key
     )
select compared.key as item, item.title, item.title_sort, item.item_type, item.level, item.jurisdiction, item.phase,
       item.implementing_unit, implementing.name as implementing_unit_name, item.reporting_unit, item.found_by,
       case when declared then 'I' else '' end || case when s then 'S' else '' end || case when r then 'R' else '' end as channels,
       result, differences, disguised_candidate, records, compared.synthetic
  from compared
  join (select * from {schema}.item_list where {pinned} and campaign = %(campaign)s) as item on item.key = compared.key
  left join channels on channels.key = compared.key
  left join (select key, name from {schema}.unit_list where {pinned}) as implementing on implementing.key = item.implementing_unit
 where (%(result)s::text[] is null or result = any(%(result)s))
   and (%(title_after)s::text is null or (item.title_sort collate "C", compared.key) > (%(title_after)s, %(item_after)s))
 order by item.title_sort collate "C", compared.key
 limit %(most)s

-- name: records
-- What the other channels filed, and the item that each record was found to be, if any; by title.
with record as (select * from {schema}.campaign_record where {pinned} and campaign = %(campaign)s),
     settled as (
        select named as record, min(key::text)::uuid as item
          from {schema}.reconciliation, unnest(records) as named where {pinned} and campaign = %(campaign)s group by named
     )
select record.key as record, found_by, protected, reporter, item_type, title, implementing_unit, checked_unit, document_title, level,
       found_on, settled.item, synthetic
  from record left join settled on settled.record = record.key
 where (%(settled)s::boolean is null or (settled.item is not null) = %(settled)s)
   and (%(title_after)s::text is null or (title collate "C", record.key) > (%(title_after)s, %(record_after)s))
 order by title collate "C", record.key
 limit %(most)s

-- name: groups
-- The nine numbers of each group (level × type): what was found, what became of it, what stands on the list. Each is counted for itself.
with item as (select * from {schema}.item_list where {pinned} and campaign = %(campaign)s)
select level, item_type,
       count(*) filter (where found_by is not null) as found,
       count(*) filter (where phase = 'DUPLICATE') as duplicates,
       count(*) filter (where phase = 'NOT_AN_ITEM') as not_an_item,
       count(*) filter (where found_by is not null and phase not in ('DUPLICATE', 'NOT_AN_ITEM')) as identified,
       count(*) filter (where decided = 'RETAIN' and decided_in = campaign) as retained,
       count(*) filter (where decided = 'MERGE' and decided_in = campaign) as merged_sources,
       count(*) filter (where decided = 'FORM' and decided_in = campaign) as merged_targets,
       count(*) filter (where decided = 'CANCEL' and decided_in = campaign) as cancelled,
       count(*) filter (where in_force_from is not null) as list_after
  from item group by level, item_type

-- name: proposals
-- What was last proposed for the identified items of each group. Items to be merged into one share a key and count once; a merger never
-- goes beyond one jurisdiction, so the same key in two of them means two mergers.
with item as (
    select * from {schema}.item_list
     where {pinned} and campaign = %(campaign)s and found_by is not null and phase not in ('DUPLICATE', 'NOT_AN_ITEM')
)
select level, item_type,
       count(*) filter (where proposed = 'RETAIN') as retained,
       count(*) filter (where proposed = 'MERGE') as merged_sources,
       count(distinct (jurisdiction, proposed_target_key)) filter (where proposed = 'MERGE') as merged_targets,
       count(*) filter (where proposed = 'CANCEL') as cancelled,
       count(*) filter (where proposed is null) as nothing_yet
  from item group by level, item_type

-- name: totals
-- The comparison of the three channels in figures: a declared item is one record, and so is each finding and report. What the comparison
-- came to is told of the items that count.
with record as (select key, found_by from {schema}.campaign_record where {pinned} and campaign = %(campaign)s),
     item as (select key, phase in ('DUPLICATE', 'NOT_AN_ITEM') as beside from {schema}.item_list where {pinned} and campaign = %(campaign)s),
     compared as (
        select key, declared, records, case when not beside then result end as result
          from {schema}.reconciliation join item using (key) where {pinned} and campaign = %(campaign)s
     ),
     seen as (
        select compared.key, declared, result, count(record.key) as others,
               coalesce(bool_or(found_by = 'SPOT_CHECK'), false) as s, coalesce(bool_or(found_by = 'RECIPIENT'), false) as r
          from compared left join unnest(compared.records) as named on true left join record on record.key = named
         group by compared.key, declared, result
     )
select count(*) filter (where declared) as declared,
       (select count(*) from record where found_by = 'SPOT_CHECK') as spot_checks,
       (select count(*) from record where found_by = 'RECIPIENT') as reports,
       count(*) filter (where declared) + (select count(*) from record) as records,
       coalesce(sum(others + declared::int - 1), 0)::bigint as matches,
       count(*) as items,
       count(*) filter (where declared and s and r) as isr,
       count(*) filter (where declared and s and not r) as is_,
       count(*) filter (where declared and r and not s) as ir,
       count(*) filter (where declared and not s and not r) as i_only,
       count(*) filter (where not declared and s and r) as sr,
       count(*) filter (where not declared and s and not r) as s_only,
       count(*) filter (where not declared and r and not s) as r_only,
       count(*) filter (where result = 'MATCHED') as matched,
       count(*) filter (where result = 'CONFLICT') as conflicts_open,
       count(*) filter (where result = 'RESOLVED') as conflicts_resolved,
       count(*) filter (where result = 'UNCORROBORATED') as uncorroborated,
       count(*) filter (where result = 'OMISSION') as omissions,
       count(*) filter (where result = 'FALSE_ZERO') as false_zeros
  from seen

-- name: filings
-- The returns in figures, each unit by the level at which it stands. A unit that has ended by the deadline owes none.
with campaign as (select * from {schema}.campaign_list where {pinned} and key = %(campaign)s),
     filed as (select * from {schema}.campaign_return where {pinned} and campaign = %(campaign)s),
     owed as (select unit, item_type from campaign, unnest(units) as unit, unnest(item_types) as item_type),
     found as (
        select distinct unit, item_type, true as false_zero from {schema}.reconciliation
         where {pinned} and campaign = %(campaign)s and result = 'FALSE_ZERO'
     ),
     named as (select key, level, first_day_without from {schema}.unit_list where {pinned})
select named.level, item_type, count(*) as owed,
       count(*) filter (where cardinality(items) > 0) as with_items,
       count(*) filter (where zero) as zero,
       count(*) filter (where false_zero) as false_zeros,
       count(*) filter (where status = 'CONFIRMED' and zero and false_zero is null) as zero_confirmed,
       count(*) filter (where coalesce(status, 'DUE') = 'DUE') as missing,
       count(*) filter (where filed_on > deadline) as late
  from owed left join filed using (unit, item_type) left join found using (unit, item_type)
  left join campaign on true left join named on named.key = unit
 where status <> 'DUE' or coalesce(first_day_without > deadline, true)
 group by named.level, item_type

-- name: stated
-- What the campaign stated of itself.
select reconciled, conservation from {schema}.campaign_list where {pinned} and key = %(campaign)s

-- name: undecided
-- Items that count and were never decided on: vanished without a decision.
select key as item, title, level, item_type, phase from {schema}.item_list
 where {pinned} and campaign = %(campaign)s and found_by is not null and phase not in ('DUPLICATE', 'NOT_AN_ITEM') and decided is null
 order by title_sort collate "C", key

-- name: listings
-- Where a list that the campaign published differs from what is in force on the day from which it holds, as known now.
with published as (
        select distinct on (key) key, area_code, level, list_version, in_force_from, members from {schema}.published_list
         where {known} and effective_from <= %(in_force_on)s and campaign = %(campaign)s
         order by key, effective_from desc
     ),
     in_force as (
        select published.key as list, item.key as item from published join {schema}.item_list as item
            on item.in_force and item.known_from <= %(known_at)s and item.known_to > %(known_at)s
           and item.effective_from <= published.in_force_from and item.effective_to > published.in_force_from
           and item.jurisdiction = published.area_code and item.level = published.level
     ),
     listed as (select key as list, item from published, unnest(members) as item),
     differing as (
        select list, item, listed.item is null as missing from listed full join in_force using (list, item)
         where listed.item is null or in_force.item is null
     )
select published.key as list, published.area_code, published.level, published.in_force_from as on_day, item, missing
  from differing join published on published.key = list
 order by published.area_code collate "C", published.level, missing, item

-- name: unpublished
-- Items that the campaign put on the list of a jurisdiction for which it has published none.
select item.key as item, title, level, item_type, phase from {schema}.item_list as item
 where {pinned} and campaign = %(campaign)s and in_force_from is not null
   and not exists (
        select from {schema}.published_list as published
         where published.known_from <= %(known_at)s and published.known_to > %(known_at)s and published.effective_from <= %(in_force_on)s
           and published.campaign = %(campaign)s and published.area_code = item.jurisdiction and published.level = item.level
   )
 order by title_sort collate "C", item.key
