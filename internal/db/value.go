package db

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"unicode/utf8"

	"linli/internal/fault"
)

// bind turns one argument into what both engines store: int64, string, []byte or nil.
func bind(arg any) (driver.Value, error) {
	switch v := arg.(type) {
	case int64:
		return v, nil
	case int:
		return int64(v), nil
	case string:
		return v, storable(v)
	case ID:
		return int64(v), nil
	case Time:
		return v.Value()
	case []byte:
		if v == nil {
			return []byte{}, nil // an empty value, not NULL, on both engines
		}
		return v, nil
	case nil:
		return nil, nil
	case driver.Valuer:
		inner, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("value of %T: %w", arg, err)
		}
		if _, again := inner.(driver.Valuer); again {
			return nil, fmt.Errorf("value of %T is again a driver.Valuer", arg)
		}
		return bind(inner)
	default:
		return nil, fmt.Errorf("cannot store %T: want int, int64, string, []byte, db.ID, db.Time or a driver.Valuer of these", arg)
	}
}

// storable refuses what PostgreSQL cannot hold, so that SQLite never holds what cannot be moved over.
func storable(s string) error {
	if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
		return fault.Invalid("", "文字中含有无法保存的字符")
	}
	return nil
}

// assign stores a value that came from an engine (int64, string, []byte, float64 or nil) into dest.
// NULL becomes the zero value of dest.
func assign(dest any, src driver.Value) error {
	switch d := dest.(type) {
	case *int64:
		return integer(d, src)
	case *string:
		switch v := src.(type) {
		case string:
			*d = v
			return nil
		case nil:
			*d = ""
			return nil
		}
	case *ID:
		return integer((*int64)(d), src)
	case *Time:
		return d.Scan(src)
	case *int:
		var n int64
		err := integer(&n, src)
		*d = int(n)
		return err
	case *bool:
		var n int64
		err := integer(&n, src)
		*d = n != 0
		return err
	case *[]byte:
		switch v := src.(type) {
		case []byte:
			*d = v
			return nil
		case string: // SQLite keeps a column's default '' as text
			*d = []byte(v)
			return nil
		case nil:
			*d = nil
			return nil
		}
	case *float64:
		switch v := src.(type) {
		case float64:
			*d = v
			return nil
		case int64:
			*d = float64(v)
			return nil
		case nil:
			*d = 0
			return nil
		}
	case sql.Scanner:
		return d.Scan(src)
	}
	return fmt.Errorf("cannot scan %T into %T", src, dest)
}

func integer(dest *int64, src driver.Value) error {
	switch v := src.(type) {
	case int64:
		*dest = v
	case nil:
		*dest = 0
	case float64: // sum() over big numbers on PostgreSQL, division on SQLite
		if v != float64(int64(v)) {
			return fmt.Errorf("cannot scan the fraction %v into an integer", v)
		}
		*dest = int64(v)
	default:
		return fmt.Errorf("cannot scan %T into an integer", src)
	}
	return nil
}
