-- name: indexes
-- `known_to` stands in none of them, so that closing a row touches no index.
create index on {schema}.item_list (title_sort collate "C", key);
create index on {schema}.item_list (campaign);
create index on {schema}.item_list (jurisdiction, level);
create index on {schema}.item_list (implementing_unit)

-- name: item_list
-- Items as of a day, as known at a position, by title; the name of the implementing unit as of the same day.
with listed as (
    select * from {schema}.item_list where {pinned} {filters} order by title_sort collate "C", key limit %(most)s
)
select listed.key as item, listed.effective_from as since, listed.known_from as learnt_at,
       item_type, title, title_sort, level, jurisdiction, field_code,
       implementing_unit, implementing.name as implementing_unit_name, reporting_unit, issued_in_name_of, campaign, found_by,
       phase, in_force, in_force_from, first_day_without, version, start_year, end_year,
       proposed, proposed_target_key, decided, decided_on, decided_in, ground_code, reported_on,
       merged_into, duplicate_of, sources, predecessor, basis_lost, exit_review, expiry_noted, synthetic
  from listed
  left join (select key, name from {schema}.unit_list where {pinned}) as implementing on implementing.key = implementing_unit
 order by title_sort collate "C", listed.key

-- name: by_item
 and key = %(item)s

-- name: by_after
 and (title_sort collate "C", key) > (%(title_after)s, %(item_after)s)

-- name: by_item_type
 and item_type = any(%(item_type)s)

-- name: by_level
 and level = any(%(level)s)

-- name: by_jurisdiction
 and jurisdiction = any(%(jurisdiction)s)

-- name: by_within
-- An area code and all below it: 530900 holds 530902, which holds 530902001.
 and jurisdiction like any(select regexp_replace(area, '(00){1,2}$', '') || '%%' from unnest(%(within)s::text[]) as area)

-- name: by_phase
 and phase = any(%(phase)s)

-- name: by_found_by
 and found_by = any(%(found_by)s)

-- name: by_proposed
 and proposed = any(%(proposed)s)

-- name: by_decided
 and decided = any(%(decided)s)

-- name: by_field_code
 and field_code = any(%(field_code)s)

-- name: by_campaign
 and campaign = any(%(campaign)s)

-- name: by_implementing_unit
 and implementing_unit = any(%(implementing_unit)s)

-- name: by_reporting_unit
 and reporting_unit = any(%(reporting_unit)s)

-- name: by_end_year
 and end_year = any(%(end_year)s)

-- name: by_in_force
 and in_force = %(in_force)s

-- name: by_title
-- Words of a title, as they stand in it.
 and strpos(title_sort, %(title)s) > 0
