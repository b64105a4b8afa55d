package db

import (
	"bytes"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// decode turns a column as PostgreSQL sent it into what SQLite would give: int64 for every integer and for booleans and
// whole numerics (a sum over BIGINT is numeric), string, []byte, float64 or nil.
func decode(types *pgtype.Map, field pgconn.FieldDescription, raw []byte) (driver.Value, error) {
	if raw == nil {
		return nil, nil
	}
	if field.Format == pgx.BinaryFormatCode {
		switch field.DataTypeOID {
		case pgtype.Int8OID:
			return int64(binary.BigEndian.Uint64(raw)), nil
		case pgtype.Int4OID:
			return int64(int32(binary.BigEndian.Uint32(raw))), nil
		case pgtype.Int2OID:
			return int64(int16(binary.BigEndian.Uint16(raw))), nil
		case pgtype.BoolOID:
			return int64(raw[0]), nil
		case pgtype.Float8OID:
			return math.Float64frombits(binary.BigEndian.Uint64(raw)), nil
		case pgtype.Float4OID:
			return float64(math.Float32frombits(binary.BigEndian.Uint32(raw))), nil
		case pgtype.ByteaOID:
			return bytes.Clone(raw), nil
		}
	}
	switch field.DataTypeOID {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.UnknownOID:
		return string(raw), nil
	case pgtype.NumericOID:
		return numeric(types, field, raw)
	}
	var s string
	if err := types.Scan(field.DataTypeOID, field.Format, raw, &s); err != nil {
		return nil, fmt.Errorf("read type %d: %w", field.DataTypeOID, err)
	}
	return s, nil
}

func numeric(types *pgtype.Map, field pgconn.FieldDescription, raw []byte) (driver.Value, error) {
	var n pgtype.Numeric
	if err := types.Scan(field.DataTypeOID, field.Format, raw, &n); err != nil {
		return nil, fmt.Errorf("read numeric: %w", err)
	}
	if whole, err := n.Int64Value(); err == nil && whole.Valid {
		return whole.Int64, nil
	}
	f, err := n.Float64Value()
	if err != nil {
		return nil, fmt.Errorf("read numeric: %w", err)
	}
	return f.Float64, nil
}
