-- The contract with SQL readers. Whatever stands under this name before this migration is somebody else's.
do $$
begin
  if to_regclass('public.user_tiktok_connections') is not null then
    raise exception 'public.user_tiktok_connections already stands in this database and is not ours'
      using hint = 'Rename it, for example: ALTER TABLE public.user_tiktok_connections RENAME TO user_tiktok_connections_before; '
        'then run this again. The command import reads the renamed table';
  end if;
  if not has_schema_privilege('public', 'create') then
    raise exception 'the role % may not create the table user_tiktok_connections in the schema public', current_user
      using hint = format('Run as the owner of the database: GRANT CREATE ON SCHEMA public TO %I', current_user);
  end if;
end $$;

create table public.user_tiktok_connections (
  id uuid not null,
  user_id varchar not null,
  tiktok_open_id varchar not null,
  tiktok_union_id varchar,
  display_name varchar not null,
  avatar_url text,
  access_token text not null,
  refresh_token text not null,
  token_expires_at timestamptz not null,
  scope text not null,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  constraint user_tiktok_connections_of_connections primary key (id),
  constraint user_tiktok_connections_of_accounts unique (tiktok_open_id)
);

-- Roles belong to the whole cluster: another database's migration may make the same one at this moment.
do $$
begin
  if not exists (select from pg_roles where rolname = 'tiktok_reader') then
    begin
      create role tiktok_reader nologin;
    exception
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise warning 'the role % may not create the role tiktok_reader, so SQL readers have no role yet', current_user
          using hint = 'Run as a role with CREATEROLE: CREATE ROLE tiktok_reader NOLOGIN; '
            'GRANT USAGE ON SCHEMA public TO tiktok_reader; GRANT SELECT ON public.user_tiktok_connections TO tiktok_reader;';
    end;
  end if;
  if exists (select from pg_roles where rolname = 'tiktok_reader') then
    grant select on public.user_tiktok_connections to tiktok_reader;
    begin
      grant usage on schema public to tiktok_reader;
    exception
      when insufficient_privilege then
        raise warning 'the role % may not grant the use of the schema public to tiktok_reader', current_user
          using hint = 'Run as the owner of the database: GRANT USAGE ON SCHEMA public TO tiktok_reader;';
    end;
  end if;
end $$;
