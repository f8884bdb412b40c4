#!/bin/sh
# Copies the primary at the first start, and follows it from then on. Delete its volume to have it begin anew.
set -eu
from="host=${PRIMARY_HOST:-primary} port=${PRIMARY_PORT:-5432} user=replica"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # What an earlier try has left is no database.
  mkdir -p "$PGDATA"
  find "$PGDATA" -mindepth 1 -delete
  chmod 0700 "$PGDATA"
  pg_basebackup --pgdata="$PGDATA" --dbname="$from application_name=replica" --slot=replica --wal-method=stream --checkpoint=fast --write-recovery-conf
fi
exec postgres -c hot_standby=on -c hot_standby_feedback=on -c "primary_conninfo=$from password=$PGPASSWORD application_name=replica"
