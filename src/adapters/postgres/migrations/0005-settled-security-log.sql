-- Ids are given before the commit, so an entry may appear behind one with a higher id. Whoever writes holds, until the
-- end of the transaction, a lock that names an id below all it can get. What lies below every such lock is settled:
-- nothing can appear there any more. No xids, so that a log restored into another cluster reads as before.
create function tiktok_connections.announce_security_entry() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(715517, (last_value - 1)::bit(32)::integer) from tiktok_connections.security_log_id_seq;
  return null;
end $$;
-- Before the statement: that is before the first id is taken from the sequence.
create trigger security_log_announces_entries before insert on tiktok_connections.security_log
for each statement execute function tiktok_connections.announce_security_entry();

-- The last id that is settled, for statements that begin after this one: one that began before may not see it yet.
-- The end is read before the locks: who takes an id behind it may do so unseen. Locks hold the lower 32 bits of an id.
create function tiktok_connections.settled_security_log() returns bigint language plpgsql as $$
declare
  v_end bigint;
  v_held bigint;
begin
  select last_value into v_end from tiktok_connections.security_log_id_seq;
  select v_end + min((objid::bigint - (v_end & 4294967295) + 6442450944) % 4294967296 - 2147483648) into v_held
  from pg_locks
  where locktype = 'advisory' and classid = 715517 and objsubid = 2
    and database = (select oid from pg_database where datname = current_database());
  return least(v_end, v_held);
end $$;
