package field

import (
	"linli/internal/db"
	"linli/internal/job"
)

// take acts on one item, in one transaction.
func (x *Inbox) take(tx *db.Tx, j job.Job) error {
	var a takeArgs
	if err := j.Decode(&a); err != nil {
		return job.Permanent(err)
	}
	r, err := load(tx, a.Account, a.ID)
	if err != nil || r.state != Kept || r.desk {
		return err
	}
	// Nothing acts on items yet: each stays kept, which is what it is.
	return nil
}

// failed lays an item on the desk that could not be acted on although it was tried again and again.
func (x *Inbox) failed(tx *db.Tx, j job.Job) error {
	var a takeArgs
	if err := j.Decode(&a); err != nil {
		return err
	}
	r, err := load(tx, a.Account, a.ID)
	if err != nil || r.state != Kept {
		return err
	}
	r.desk, r.words = true, "平台暂时没有办成，记录完好，已交监督中心处理"
	return r.save(tx, Kept)
}
