package dbtest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// Copying a template takes a tenth of a second, emptying a used copy a hundredth. A database whose test changed no table
// but only rows, and whose migrations put no rows in, is emptied and given to the next test of the same process.

// copied is one database made from a template.
type copied struct {
	name  string
	shape string // of its tables when it was new; "" when it may not be used again
}

var spare struct {
	sync.Mutex
	byTemplate map[string][]copied
}

func takeSpare(template string) (copied, bool) {
	spare.Lock()
	defer spare.Unlock()
	list := spare.byTemplate[template]
	if len(list) == 0 {
		return copied{}, false
	}
	c := list[len(list)-1]
	spare.byTemplate[template] = list[:len(list)-1]
	return c, true
}

func keepSpare(template string, c copied) {
	spare.Lock()
	defer spare.Unlock()
	if spare.byTemplate == nil {
		spare.byTemplate = map[string][]copied{}
	}
	spare.byTemplate[template] = append(spare.byTemplate[template], c)
}

// shape describes the relations of a database; two equal shapes mean that nothing was created, dropped or migrated.
const shape = `select format('%s relations up to %s, %s functions, %s migrations',
	(select count(*) from pg_class where relnamespace = 'public'::regnamespace),
	(select max(oid) from pg_class where relnamespace = 'public'::regnamespace),
	(select count(*) from pg_proc where pronamespace = 'public'::regnamespace),
	(select count(*) from schema_version))`

// hasRows reports whether a table other than schema_version has a row.
const hasRows = `do $$ declare t regclass; found boolean; begin
	for t in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_version' loop
		execute format('select exists (select 1 from %s)', t) into found;
		if found then raise exception 'seeded %', t; end if;
	end loop; end $$`

// empty deletes all rows, behind the back of foreign keys and triggers.
const empty = `set session_replication_role = replica;
do $$ declare t regclass; begin
	for t in select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'schema_version' loop
		if pg_relation_size(t) > 200000 then execute format('truncate %s cascade', t);
		elsif pg_relation_size(t) > 0 then execute format('delete from %s', t); end if;
	end loop; end $$`

// firstShape gives the shape of a new copy, or "" when its migrations put rows in.
func firstShape(ctx context.Context, base, name string) string {
	var s string
	err := admin(ctx, withDatabase(base, name), func(c *pgx.Conn) error {
		if _, err := c.Exec(ctx, hasRows); err != nil {
			return err
		}
		return c.QueryRow(ctx, shape).Scan(&s)
	})
	if err != nil {
		return ""
	}
	return s
}

// recycle empties a used copy; an error means that it must be dropped.
func recycle(ctx context.Context, base string, c copied) error {
	if c.shape == "" {
		return fmt.Errorf("%s is for one use", c.name)
	}
	return admin(ctx, withDatabase(base, c.name), func(conn *pgx.Conn) error {
		var now string
		var others int
		if err := conn.QueryRow(ctx, shape).Scan(&now); err != nil {
			return err
		}
		if now != c.shape {
			return fmt.Errorf("%s changed from %s to %s", c.name, c.shape, now)
		}
		if err := conn.QueryRow(ctx, `select count(*) from pg_stat_activity
			where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`).Scan(&others); err != nil {
			return err
		}
		if others > 0 {
			return fmt.Errorf("%s is still in use", c.name)
		}
		_, err := conn.PgConn().Exec(ctx, empty).ReadAll()
		return err
	})
}

// sweep drops what test processes that were killed, or ended with spares, left on a server that lives on. Their
// databases carry the hour of their making in the name and have no client.
func sweep(ctx context.Context, base string, hour int64) error {
	return admin(ctx, base, func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, `select datname from pg_database d where datname like 'linli\_t%'
			and not exists (select 1 from pg_stat_activity a where a.datname = d.datname)`)
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, name := range names {
			var made int64
			if _, err := fmt.Sscanf(strings.TrimPrefix(name, "linli_t"), "%d_", &made); err != nil || made >= hour-1 {
				continue
			}
			// another process may be sweeping too, or have just connected
			_, _ = c.Exec(ctx, "drop database if exists "+name)
		}
		return nil
	})
}
