package api

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"linli/internal/audit"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/web/session"
)

// A Proof shows that a step is in the log that a checkpoint signed. It can be checked without access to this program.
type Proof struct {
	Entry      Entry    `json:"entry"`
	Path       []string `json:"path" doc:"RFC 6962 的包含路径，十六进制"`
	Checkpoint string   `json:"checkpoint" doc:"签名的检查点"`
	Keys       []string `json:"keys" doc:"核验所用的公钥"`
}

// An Entry is one deed in the audit log.
type Entry struct {
	ID       db.ID     `json:"id"`
	City     string    `json:"city"`
	Position int64     `json:"position"`
	At       time.Time `json:"at"`
	Actor    string    `json:"actor"`
	Verb     string    `json:"verb"`
	Subject  string    `json:"subject"`
	Digest   string    `json:"digest" doc:"该步骤的 SHA-256，十六进制"`
}

type proofInput struct {
	OfCase
	Seq int `path:"seq" minimum:"1"`
}

func (a *API) registerAudit() {
	add(a, operation{method: http.MethodGet, path: "/cases/{id}/steps/{seq}/proof", id: "proveStep", tag: "审计", title: "一步在日志中的存证", scope: read, official: true}, a.proof)
	add(a, operation{method: http.MethodGet, path: "/audit/keys", id: "listAuditKeys", tag: "审计", title: "核验存证的公钥", scope: anyone}, a.auditKeys)
}

func (a *API) proof(ctx context.Context, in *proofInput) (*out[Proof], error) {
	var p audit.Proof
	err := a.read(ctx, func(tx *db.Tx) error {
		if _, err := a.Cases.Get(tx, session.From(ctx), in.id()); err != nil {
			return err
		}
		entries, err := audit.Of(tx, fmt.Sprintf("case:%s/%d", in.id(), in.Seq), 1)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return fault.NotFound("本件没有第 %d 步", in.Seq)
		}
		p, err = audit.Prove(tx, a.Seal, entries[0].ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	x := Proof{Entry: entryOf(p.Entry), Checkpoint: p.Checkpoint, Keys: a.Seal.PublicKeys(), Path: []string{}}
	for _, h := range p.Path {
		x.Path = append(x.Path, hex.EncodeToString(h[:]))
	}
	return &out[Proof]{x}, nil
}

func (a *API) auditKeys(context.Context, *struct{}) (*out[List[string]], error) {
	return all(a.Seal.PublicKeys()), nil
}

func entryOf(e audit.Entry) Entry {
	return Entry{e.ID, e.City, e.Position, e.At.Time, e.Actor, e.Verb, e.Subject, hex.EncodeToString(e.Digest[:])}
}
