-- name: indexes
create index on {schema}.unit_history (unit, effective_from, position)

-- name: history
-- Every appearance of a unit that was learnt by the position, also such as no longer stood by then; by day, then position.
with page as (
    select key, unit, position, effective_from, recorded_at, role, topic, actor_unit, corrects, known_from,
           case when known_to <= %(known_at)s then known_to end as until
      from {schema}.unit_history
     where unit = %(unit)s and known_from <= %(known_at)s and effective_from <= %(in_force_on)s
       and (%(since)s::date is null or effective_from >= %(since)s)
       and (%(topic)s::text[] is null or topic = any(%(topic)s))
       and (%(role)s::text[] is null or role = any(%(role)s))
       and (%(day_after)s::date is null
            or (effective_from, position, role collate "C", known_from) > (%(day_after)s, %(position_after)s, %(role_after)s, %(learnt_after)s))
     order by effective_from, position, role collate "C", known_from
     limit %(most)s
)
select page.unit, page.position, page.effective_from as effective_on, page.recorded_at, page.role, page.topic, page.key as stream,
       coalesce(item.title, campaign.title) as title, page.actor_unit, page.corrects, page.known_from as learnt_at, page.until
  from page
  left join (select key, title from {schema}.item_list where {pinned}) as item on item.key = page.key
  left join (select key, title from {schema}.campaign_list where {pinned}) as campaign on campaign.key = page.key
 order by page.effective_from, page.position, page.role collate "C", page.known_from
