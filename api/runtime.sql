-- name: may_build
-- The statement that lets a login make the schemas of the projections; it gets no right over `log` by this.
select format('grant create on database %%I to %%I', current_database(), %(login)s::text)
