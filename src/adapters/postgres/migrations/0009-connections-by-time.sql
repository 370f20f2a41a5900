-- The list of all connections in its order: a page of it is one range of this index, whatever their statuses are.
-- Every life is over 0; only the list of all asks for that, so that no page of one status is looked for in here.
create index connections_by_time on tiktok_connections.connections (connection_first_connected_at, connection_id)
  where current_owner and life > 0;
