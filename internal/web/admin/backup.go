package admin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fault"
	"linli/internal/job"
	"linli/internal/staff"
	"linli/internal/web/session"
	"linli/internal/web/ui"
)

// A backupFile is a backup that lies in the folder.
type backupFile struct {
	Name string
	Size int64 // bytes
	At   time.Time
}

// The names of backups: linli-20261009-163000.tar.gz, by Shanghai time of the request.
const (
	backupPrefix = "linli-"
	backupSuffix = ".tar.gz"
)

type backupsPage struct {
	Engine db.Engine
	Folder string
	Files  []backupFile // the newest first
	Jobs   []job.Job    // under way, or failed
	Now    time.Time
	MayAct bool
}

func (p *Pages) backups(w http.ResponseWriter, r *http.Request) error {
	page := &backupsPage{Engine: p.Town.DB.Engine(), Folder: p.Backups, MayAct: p.mayAct(r.Context())}
	var err error
	if page.Files, err = p.listBackups(); err != nil {
		return err
	}
	err = p.Town.DB.Read(r.Context(), func(tx *db.Tx) error {
		page.Now = tx.Now()
		jobs, err := job.List(tx, job.Filter{Kind: backupKind, Limit: 10})
		page.Jobs = slices.DeleteFunc(jobs, func(j job.Job) bool { return j.State == job.Done || j.State == job.Cancelled })
		return err
	})
	if err != nil {
		return err
	}
	if ui.Partial(r) {
		return ui.Render(w, r, backupList(page))
	}
	return ui.Render(w, r, showBackups(page))
}

func (p *Pages) listBackups() ([]backupFile, error) {
	entries, err := os.ReadDir(p.Backups)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Unavailable(err, "备份目录读不出来，请检查权限")
	}
	var list []backupFile
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !isBackup(e.Name()) {
			continue
		}
		list = append(list, backupFile{e.Name(), info.Size(), info.ModTime()})
	}
	slices.Reverse(list) // names rise with time
	return list, nil
}

// isBackup reports whether a name is one that these pages give, and so nothing else in the folder can be asked for.
func isBackup(name string) bool {
	stamp, ok := strings.CutPrefix(name, backupPrefix)
	stamp, also := strings.CutSuffix(stamp, backupSuffix)
	_, err := time.Parse("20060102-150405", stamp)
	return ok && also && err == nil
}

func (b *backupsPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "已有的备份"), Cols: []ui.Col{{Name: ui.T(ctx, "备份文件"), Main: true}, {Name: ui.T(ctx, "完成")}, {Name: ui.T(ctx, "大小"), Num: true}},
		Empty: ui.Empty(ui.T(ctx, "还没有备份"), ui.T(ctx, "备份包含数据库、密钥、附件和本市设定，做完后请抄存到另一台机器。"))}
	for _, f := range b.Files {
		c := ui.Cell{Text: f.Name}
		if b.MayAct {
			c.Href = "/admin/backup/" + f.Name
		}
		t.Rows = append(t.Rows, ui.TableRow{ID: f.Name, Cells: []ui.Cell{c, {Text: ui.DateTime(ctx, f.At)}, {Text: ui.Size(f.Size)}}})
	}
	return t
}

type backupArgs struct {
	File string `json:"file"` // name within the folder
	By   string `json:"by"`
}

// startBackup enqueues a backup. Where the database is PostgreSQL it refuses: a copy without the database is none.
func (p *Pages) startBackup(w http.ResponseWriter, r *http.Request) error {
	if p.Town.DB.Engine() != db.SQLite {
		return fault.Conflict("PostgreSQL 请用 pg_dump 备份")
	}
	err := p.do(r, func(tx *db.Tx, by staff.Actor) error {
		name := backupPrefix + tx.Now().In(civil.Shanghai).Format("20060102-150405") + backupSuffix
		if _, err := job.Enqueue(tx, backupKind, backupArgs{name, by.AuditName()}, job.Unique("city"), job.Attempts(3)); err != nil {
			return err
		}
		return record(tx, by.AuditName(), "start-backup", "backup:"+name, nil)
	})
	return ui.Done(w, r, err, "/admin/backup", ui.T(r.Context(), "已开始；可以离开本页，过后再来看结果"))
}

// backupJob writes the backup. A file that is there already is whole: it got its name when it was.
func (p *Pages) backupJob(ctx context.Context, t *job.Task) (job.Settle, error) {
	var args backupArgs
	if err := t.Job.Decode(&args); err != nil {
		return nil, job.Permanent(err)
	}
	if !isBackup(args.File) {
		return nil, job.Permanent(fmt.Errorf("backup is called %q", args.File))
	}
	ctx, _, stop := keepAlive(ctx, t)
	defer stop()
	if err := os.MkdirAll(p.Backups, 0o700); err != nil {
		return nil, fmt.Errorf("make folder of backups: %w", err)
	}
	path := filepath.Join(p.Backups, args.File)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = p.Backup(ctx, path); err == nil {
			info, err = os.Stat(path)
		}
	}
	if err != nil {
		return nil, err
	}
	return func(tx *db.Tx) error {
		return record(tx, args.By, "backup", "backup:"+args.File, struct{ Bytes int64 }{info.Size()})
	}, nil
}

// downloadBackup hands a backup out. It holds everything, keys included, so that it is in the log who took it.
func (p *Pages) downloadBackup(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	if !isBackup(name) {
		return fault.NotFound("没有这个备份文件")
	}
	f, err := os.Open(filepath.Join(p.Backups, name))
	if errors.Is(err, fs.ErrNotExist) {
		return fault.NotFound("没有这个备份文件")
	}
	if err != nil {
		return fault.Unavailable(err, "备份文件读不出来，请检查权限")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("download backup: %w", err)
	}
	if err := p.recordDownload(r, name); err != nil {
		return err
	}
	if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("download backup: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/gzip")
	h.Set("Content-Disposition", "attachment; filename="+strconv.Quote(name))
	h.Set("Cache-Control", "no-store")
	http.ServeContent(w, r, "", info.ModTime(), f)
	return nil
}

func (p *Pages) recordDownload(r *http.Request, name string) error {
	by := session.Actor(r)
	return p.Town.DB.Write(r.Context(), func(tx *db.Tx) error {
		return record(tx, by.AuditName(), "download-backup", "backup:"+name, nil)
	})
}

// backupRefresh is how often the page loads itself again while a backup is under way, in seconds.
func backupRefresh(b *backupsPage) int {
	for _, j := range b.Jobs {
		if j.State != job.Failed {
			return 5
		}
	}
	return 0
}
