-- A publication that an operator or its post ended without its publish_id stays unanswered from version 2 on. The work list
-- looks for the posts of lost starts, and ends what a connection's end leaves behind, from its version 3 on. What was made
-- before is rebuilt.
update tiktok_connections.projections set version = 2
where projection = 'publications' and copy = 'live' and fingerprint is null and checkpoint is null;
update tiktok_connections.projections set version = 3
where projection = 'work' and copy = 'live' and fingerprint is null and checkpoint is null;
