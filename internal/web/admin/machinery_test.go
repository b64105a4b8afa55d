package admin_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linli/internal/audit"
	"linli/internal/blob"
	"linli/internal/db"
	"linli/internal/job"
	"linli/internal/notify"
	"linli/internal/web/admin"
	"linli/test/town"
)

func TestTheHomeShowsWhatNeedsSeeingTo(t *testing.T) {
	each(t, func(h *house) {
		page := h.see("/admin")
		h.says(page, "政策包", "0 条未落实", "失败的任务 0", "近一个月没有核验过", "还没有检查点")
		h.silent(page, "有后台任务失败", "有条款未落实")
		h.jobs.Handle("test.bad", func(*db.Tx, job.Job) error { return job.Permanent(errors.New("坏了")) })
		h.w.Write(h.T, func(tx *db.Tx) error { _, err := job.Enqueue(tx, "test.bad", nil); return err })
		h.due()
		h.says(h.see("/admin"), "失败的任务 1", "有后台任务失败")
	})
}

func TestPacksShowEveryClauseAndWhatShowsIt(t *testing.T) {
	h := open(t, town.SQLite(t))
	h.says(h.see("/admin/packs"), "三政办〔2012〕69号")
	h.says(h.see("/admin/packs/sm12-69"), "flow/mailbox", "示例", "程序执行")
	only := h.see("/admin/packs/sm12-69?only=human_duty")
	h.says(only, "人工履行")
	h.silent(only, "flow/letter#step.register")
	h.says(h.see("/admin/packs/sm12-69/params"), "平台默认，文件未写明", "clock-starts")
	h.says(h.see("/admin/packs/sm12-69/versions"), "只有一个版本")
	if got := h.as("admin", http.MethodGet, "/admin/packs/none", nil).Code; got != http.StatusNotFound {
		t.Errorf("a pack that does not exist: status %d", got)
	}
}

func TestTheCalendarMarksHolidaysAndWhatIsProvisional(t *testing.T) {
	h := open(t, town.SQLite(t))
	page := h.see("/admin/calendar?year=2026")
	h.says(page, "2026 年工作日历", "10月1日至7日", "9月20日、10月10日", "1月 21 个工作日")
	h.silent(page, "暂定")
	h.says(h.see("/admin/calendar?year=2027"), "暂定：2027 年的放假安排尚未公布")
	h.says(h.see("/admin/calendar?year=1066"), "工作日历")
	answer := h.see("/admin/calendar?year=2026&from=2026-09-29T16:30&number=3&unit=wd&pause=&resume=")
	h.says(answer, "最后一日 2026年10月9日", "9月29日为起算日，不计入", "国庆节")
	h.says(h.see("/admin/calendar?from=2026-12-25T10:00&number=15&unit=wd"), "暂定：期间有尚未公布日历的年份")
	h.says(h.see("/admin/calendar?from=2026-09-29T16:30&number=15&unit=wd&pause=2026-10-12T10:00"), "中止尚未结束")
	for query, want := range map[string]string{
		"from=2026-02-30T10:00&number=3&unit=d":                                                "时间应写成",
		"from=2026-09-29T16:30&number=0&unit=d":                                                "大于零的整数",
		"from=2026-09-29T16:30&number=3&unit=":                                                 "大于零的整数",
		"from=2026-09-29T16:30&number=3&unit=d&resume=2026-10-01T10:00":                        "也要填中止时间",
		"from=2026-09-29T16:30&number=9999999999&unit=mo":                                      "期限",
		"from=2026-09-29T16:30&number=3&unit=d&pause=2026-10-02T10:00&resume=2026-10-01T10:00": "恢复不能早于中止",
	} {
		rec := h.as("admin", http.MethodGet, "/admin/calendar?"+query, nil)
		if rec.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", query, rec.Code)
		}
		h.says(text(rec.Body.String()), want)
	}
}

func TestJobsAreRetriedAndCancelled(t *testing.T) {
	each(t, func(h *house) {
		fail := true
		h.jobs.HandleOutside("test.job", func(context.Context, *job.Task) (job.Settle, error) {
			if fail {
				return nil, job.Permanent(errors.New("对方不在"))
			}
			return nil, nil
		})
		var bad, later db.ID
		h.w.Write(h.T, func(tx *db.Tx) (err error) {
			if bad, err = job.Enqueue(tx, "test.job", nil); err != nil {
				return err
			}
			later, err = job.Enqueue(tx, "test.job", nil, job.After(time.Hour))
			return err
		})
		h.due()
		h.says(h.see("/admin/jobs?state=failed"), "test.job", "对方不在", "重试")
		h.says(h.see("/admin/jobs/"+bad.String()), "对方不在", "第 1 次")
		fail = false
		h.send("/admin/jobs/"+bad.String()+"/retry", http.StatusSeeOther)
		h.due()
		h.says(h.see("/admin/jobs/"+bad.String()), "已完成")
		h.send("/admin/jobs/"+later.String()+"/cancel", http.StatusSeeOther)
		h.send("/admin/jobs/"+later.String()+"/cancel", http.StatusConflict)
		h.says(h.see("/admin/jobs/"+later.String()), "已取消")
		if got := h.logged("job:"+bad.String()) + "," + h.logged("job:"+later.String()); got != "retry-job,cancel-job" {
			h.Errorf("the log says %q", got)
		}
	})
}

func TestHooksAreSubscribedStoppedAndTried(t *testing.T) {
	each(t, func(h *house) {
		key := shown(h.T, h.send("/admin/hooks", http.StatusOK, "url", "https://example.org/hear", "events", "case.* ping", "scope", "u:water").Body.String())
		if !strings.HasPrefix(key, "whsec_") {
			h.Errorf("the key is %q", key)
		}
		var list []notify.Hook
		h.w.Read(h.T, func(tx *db.Tx) (err error) { list, err = notify.Hooks(tx); return err })
		if len(list) != 1 || list[0].Scope != "u:water" || len(list[0].Events) != 2 {
			h.Fatalf("%+v", list)
		}
		at := "/admin/hooks/" + list[0].ID.String()
		page := h.see("/admin/hooks")
		h.says(page, "https://example.org/hear", "推送中", "尤管理")
		h.silent(page, key)
		h.send(at+"/ping", http.StatusSeeOther)
		h.says(h.see("/admin/deliveries?hook="+list[0].ID.String()), "ping", "待发送")
		h.send(at, http.StatusSeeOther)
		h.says(h.see("/admin/hooks"), "已停用", "由 尤管理 停用")
		h.due() // the hook is stopped: what waits for it fails
		var sent []notify.Delivery
		h.w.Read(h.T, func(tx *db.Tx) (err error) { sent, err = notify.Deliveries(tx, notify.Filter{}); return err })
		if len(sent) != 1 || sent[0].State != notify.Failed {
			h.Fatalf("%+v", sent)
		}
		h.says(h.see("/admin"), "有推送或短信没有送达")
		h.says(h.see("/admin/deliveries/"+sent[0].ID.String()), "失败", "重发", `"type"`)
		h.send("/admin/deliveries/"+sent[0].ID.String()+"/resend", http.StatusSeeOther)
		h.send("/admin/deliveries/"+sent[0].ID.String()+"/resend", http.StatusConflict)
		h.send(at, http.StatusSeeOther, "active", "1")
		h.says(h.see("/admin/hooks"), "推送中")
		for _, wrong := range [][]string{{"url", "ftp://example.org", "events", "*"}, {"url", "https://10.0.0.1/", "events", "*"}, {"url", "https://example.org"}} {
			h.send("/admin/hooks", http.StatusUnprocessableEntity, wrong...)
		}
		if got := h.logged("hook:" + list[0].ID.String()); got != "subscribe ping-hook stop-hook start-hook" {
			h.Errorf("the log says %q", got)
		}
	})
}

func TestTheLogIsReadFromItsEndWithItsSignatures(t *testing.T) {
	each(t, func(h *house) {
		h.says(h.see("/admin/log"), "没有日志记录")
		for _, name := range []string{"滨河街道", "沿河街道"} {
			h.send("/admin/places/"+town.Riverrow+"/rename", http.StatusSeeOther, "rename-name", name, "rename-on", today().String(), "rename-basis", "文")
		}
		h.sequence()
		note, err := audit.Checkpoint(h.Context(), h.w.DB, h.p.Seal, town.City)
		if err != nil {
			h.Fatal(err)
		}
		h.says(h.see("/admin/log"), "服务器上的命令", "建立账号", "下一页")
		h.says(h.see("/admin/log?before=3"), "设置单位")
		page := h.see("/admin/log/checkpoints")
		h.says(page, strings.Fields(note)[0], h.p.Seal.PublicKeys()[0])
		h.says(h.see("/admin/log?before=nonsense"), "建立账号")
	})
}

func TestAVerificationGoesOnWhenThePageIsLeft(t *testing.T) {
	each(t, func(h *house) {
		at := h.send("/admin/log/verify", http.StatusSeeOther).Header().Get("Location")
		h.says(h.see(at), "等待")
		h.due()
		h.says(h.see(at), "没有发现问题", "核对的记录")
		h.says(h.see("/admin/log/verify"), "没有发现问题", "尤管理")
		h.silent(h.see("/admin"), "近一个月没有核验过")
		if got := h.logged("verify:" + strings.TrimPrefix(at, "/admin/log/verify/")); got != "start-verify verify" {
			h.Errorf("the log says %q", got)
		}
	})
}

// Whatever is wrong fits into the log, the counts are complete, and the home page says so.
func TestAVerificationSaysWhatIsWrong(t *testing.T) {
	h := open(t, town.SQLite(t))
	h.p.Verify = func(context.Context, func(done, total int64)) (admin.Verdict, error) {
		v := admin.Verdict{Keys: []string{"0123456789abcdef"}, Logs: []audit.Report{{City: town.City, Wrong: 300}}}
		for range 100 {
			v.Logs[0].Findings = append(v.Logs[0].Findings, audit.Finding{Kind: audit.Altered, Position: 7, Subject: "case:x", Why: strings.Repeat("改", 500)})
			v.Files = append(v.Files, blob.Damage{File: blob.File{Hash: strings.Repeat("a", 64)}, Missing: true})
		}
		return v, nil
	}
	at := h.send("/admin/log/verify", http.StatusSeeOther).Header().Get("Location")
	h.due()
	h.says(h.see(at), "发现不符", "不符 300", "第 7 条： 改", "0123456789abcdef", "有 100 个附件丢失或改变", "丢失")
	h.says(h.see("/admin"), "最近一次核验发现不符")
	h.p.Verify = func(context.Context, func(done, total int64)) (admin.Verdict, error) {
		return admin.Verdict{}, job.Permanent(errors.New("磁盘读不出来"))
	}
	at = h.send("/admin/log/verify", http.StatusSeeOther).Header().Get("Location")
	h.due()
	h.says(h.see(at), "核验没有做完", "磁盘读不出来")
}

func TestABackupIsMadeListedAndHandedOut(t *testing.T) {
	each(t, func(h *house) {
		if h.w.DB.Engine() == db.PostgreSQL {
			h.says(h.see("/admin/backup"), "本页不能备份 PostgreSQL", "pg_dump", "keys")
			h.send("/admin/backup", http.StatusConflict)
			return
		}
		h.send("/admin/backup", http.StatusSeeOther)
		h.says(h.see("/admin/backup"), "正在备份")
		h.due()
		files, err := os.ReadDir(h.p.Backups)
		if err != nil || len(files) != 1 {
			h.Fatalf("%v, %v", files, err)
		}
		name := files[0].Name()
		h.says(h.see("/admin/backup"), name)
		rec := h.as("admin", http.MethodGet, "/admin/backup/"+name, nil)
		want, err := os.ReadFile(filepath.Join(h.p.Backups, name))
		if err != nil || rec.Code != http.StatusOK || rec.Body.String() != string(want) || !strings.Contains(rec.Header().Get("Content-Disposition"), name) {
			h.Errorf("status %d, %d bytes of %d, %v", rec.Code, rec.Body.Len(), len(want), err)
		}
		if got := h.logged("backup:" + name); got != "start-backup backup download-backup" {
			h.Errorf("the log says %q", got)
		}
		if err := os.WriteFile(filepath.Join(h.p.Backups, "secret.txt"), []byte("x"), 0o600); err != nil {
			h.Fatal(err)
		}
		for _, other := range []string{"secret.txt", "linli-20990101-000000.tar.gz", "..%2Fsecret.txt", "linli-..%2F..%2Fx.tar.gz"} {
			if got := h.as("admin", http.MethodGet, "/admin/backup/"+other, nil).Code; got != http.StatusNotFound {
				h.Errorf("%s: status %d", other, got)
			}
		}
	})
}
