package scenario

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// TestStories runs the scripts of testdata. Beside the usual commands they have:
//
//	linli args…              the program; like exec, it may be negated
//	settle DIR               founds the town of the tests in a data folder
//	school DIR               opens a school there, and the education office of its county
//	serve DIR [args…]        starts the program and waits until it is ready; sets URL
//	quit                     SIGTERM, and waits for a clean end
//	crash                    SIGKILL
//	login ACCOUNT [DIR]      takes a token for an account; without a folder, forgets the one before
//	api STATUS METHOD PATH [JSON]   asks the API; the answer is stdout
//	upload STATUS MB FILE    sends a file of so many megabytes, beginning with the text of FILE, by its name
//	remember NAME MEMBER     sets NAME to a member of the last answer
//	members FILE a,b,c [IN…] says that a JSON object has these members and no others; IN leads down, into the first of a list
//	tamper DIR SQL           changes the database behind the program's back
//	gb18030 FILE             writes a file again in GB18030
//	repeat FILE N TEXT       appends a text N times, {n} being the number of the line
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("OBLIGATIONS", absolute("../obligations"))
			e.Setenv("PACKS", absolute("../../packs"))
			e.Values[stageKey{}] = &stage{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"linli": cmdLinli, "settle": cmdSettle, "school": cmdSchool, "serve": cmdServe, "quit": cmdQuit, "crash": cmdCrash, "login": cmdLogin, "api": cmdAPI,
			"upload":   cmdUpload,
			"remember": cmdRemember, "members": cmdMembers, "tamper": cmdTamper, "gb18030": cmdGB18030, "repeat": cmdRepeat,
		},
	})
}

func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		panic(err)
	}
	return abs
}

type stageKey struct{}

// A stage is what a script has set up.
type stage struct {
	server *server
	token  string
	writes int
	answer []byte
}

func onStage(ts *testscript.TestScript) *stage { return ts.Value(stageKey{}).(*stage) }

func want(ts *testscript.TestScript, neg bool, args []string, least int, usage string) {
	if neg || len(args) < least {
		ts.Fatalf("usage: %s", usage)
	}
}

func cmdLinli(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(program, args...)
	if neg && err == nil {
		ts.Fatalf("linli %s succeeded", strings.Join(args, " "))
	}
	if !neg {
		ts.Check(err)
	}
}

func cmdSettle(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "settle DIR")
	ts.Check(settle(context.Background(), ts.MkAbs(args[0]), "sqlite"))
}

func cmdServe(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "serve DIR [args]")
	s, err := serve(ts.MkAbs(args[0]), args[1:]...)
	ts.Check(err)
	ts.Defer(s.kill)
	onStage(ts).server = s
	ts.Setenv("URL", s.url)
}

func cmdQuit(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 0, "quit")
	ts.Check(onStage(ts).server.stop())
}

func cmdCrash(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 0, "crash")
	onStage(ts).server.kill()
}

func cmdLogin(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "login ACCOUNT [DIR]")
	onStage(ts).token = ""
	if len(args) == 1 {
		return
	}
	ts.Check(ts.Exec(program, "token", "--data", ts.MkAbs(args[1]), "--account", args[0]))
	onStage(ts).token = ts.ReadFile("stdout")
}

func cmdAPI(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 3, "api STATUS METHOD PATH [JSON]")
	s := onStage(ts)
	key, body := "", []byte(nil)
	if args[1] != "GET" {
		s.writes++
		key = fmt.Sprint(ts.Name(), "-", s.writes)
	}
	if len(args) > 3 {
		body = []byte(args[3])
	}
	status, answer, err := newClient(s.server.url, s.token).send(context.Background(), args[1], args[2], key, body)
	ts.Check(err)
	s.answer = answer
	fmt.Fprintf(ts.Stdout(), "%s\n", answer)
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("%s %s: status %d\n%s", args[1], args[2], status, answer)
	}
}

func cmdUpload(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 3, "upload STATUS MB FILE")
	s := onStage(ts)
	megabytes, err := strconv.Atoi(args[1])
	ts.Check(err)
	body := append([]byte(ts.ReadFile(args[2])), bytes.Repeat([]byte("x"), megabytes<<20)...)
	s.writes++
	status, answer, err := newClient(s.server.url, s.token).send(context.Background(), "POST", "/api/v1/files?name="+args[2], fmt.Sprint("upload", s.writes), body)
	ts.Check(err)
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("upload %s: status %d\n%s", args[2], status, answer)
	}
}

func cmdRemember(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "remember NAME MEMBER")
	var m map[string]any
	ts.Check(json.Unmarshal(onStage(ts).answer, &m))
	v, ok := m[args[1]]
	if !ok {
		ts.Fatalf("no member %s in %s", args[1], onStage(ts).answer)
	}
	ts.Setenv(args[0], fmt.Sprint(v))
}

func cmdMembers(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "members FILE a,b,c")
	var m map[string]json.RawMessage
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &m))
	for _, inner := range args[2:] { // down one member, into the first of a list
		raw := m[inner]
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
			raw = list[0]
		}
		m = nil
		ts.Check(json.Unmarshal(raw, &m))
	}
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	expected := strings.Split(args[1], ",")
	slices.Sort(expected)
	if !slices.Equal(names, expected) {
		ts.Fatalf("members %v, want %v", names, expected)
	}
}

func cmdTamper(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 2, "tamper DIR SQL")
	d, err := sql.Open("sqlite", filepath.Join(ts.MkAbs(args[0]), "linli.db"))
	ts.Check(err)
	defer d.Close()
	r, err := d.Exec(args[1])
	ts.Check(err)
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("%s changed nothing (%v)", args[1], err)
	}
}

func cmdGB18030(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 1, "gb18030 FILE")
	text, err := simplifiedchinese.GB18030.NewEncoder().String(ts.ReadFile(args[0]))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}

func cmdRepeat(ts *testscript.TestScript, neg bool, args []string) {
	want(ts, neg, args, 3, "repeat FILE N TEXT")
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	var b strings.Builder
	b.WriteString(ts.ReadFile(args[0]))
	for i := range n {
		b.WriteString(strings.ReplaceAll(args[2], "{n}", strconv.Itoa(i+1)) + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o644))
}
