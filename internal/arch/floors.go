package arch

import "strings"

// A Row places a folder, and all folders below it without a row of their own, on a floor.
type Row struct {
	Folder string
	Floor  int
	Why    string
}

// Floors is the table: a package may import packages of lower floors only. Calls go down; news goes up as job
// rows. To add a package, add a row with its reason; to add an edge on one floor, see Beside.
var Floors = []Row{
	{"internal/law", 1, "a citation is needed by everything that decides"},
	{"internal/civil", 1, "days and deadlines are arithmetic, of use to every engine"},
	{"internal/money", 1, "fen are arithmetic"},
	{"internal/schema", 1, "the order of migrations is known before there is a database"},
	{"internal/fault", 2, "one vocabulary of errors for engines, database and domains; it may carry a clause"},
	{"internal/db", 3, "opening, transactions and migration; knows no table of any domain"},
	{"internal/rule", 3, "evaluates expressions; pure, so that pack examples need no database"},
	{"internal/rule/column", 3, "a checked expression asked about a thousand rows at a time; pure"},
	{"internal/form", 3, "validates what was filled in; pure"},
	{"internal/flow", 3, "steps and clocks of a case; pure"},
	{"internal/match", 3, "tells whether two records are of one thing; pure, so that a window and a table of a million are judged alike"},
	{"internal/lexicon", 3, "the words for what registers tell; pure, so that packs check theirs without a database"},
	{"internal/geo", 3, "distances, datums and cells are arithmetic; pure, so that phones' positions and tables' are judged alike"},
	{"internal/photo", 3, "what a photo is and tells, and its copy for others; pure but for the file"},
	{"internal/voice", 3, "what a recording is and how long it lasts; pure but for the file"},
	{"internal/sheet", 3, "tables in files, read and written; pure but for the file"},
	{"internal/audit", 4, "the log is written in the transaction of whoever acts"},
	{"internal/job", 4, "work that a decision leaves behind, in the decision's own transaction"},
	{"internal/blob", 4, "attachments by hash"},
	{"internal/search", 4, "text index; the labels that scope it are the caller's"},
	{"internal/once", 4, "a write repeated with the same key answers the same"},
	{"internal/pack", 4, "parses and checks packs with the pure engines of floor 3"},
	{"internal/web/ui", 4, "layout and components; knows no domain"},
	{"internal/place", 5, "everything happens somewhere"},
	{"internal/picture", 5, "photos are evidence of whatever they belong to, and have a copy for others"},
	{"internal/fact", 5, "what was told of anybody, and when; knows subjects by kind and id only"},
	{"internal/register", 6, "persons and organisations live at places"},
	{"internal/staff", 6, "people in office act for places and units"},
	{"internal/book", 7, "registers that packs define, about persons and places"},
	{"internal/catalog", 7, "which item is offered where and when, and by which unit"},
	{"internal/grid", 7, "grid workers are staff with posts at places"},
	{"internal/fixture", 7, "fixtures stand at places and belong to units"},
	{"internal/hall", 7, "facilities stand at places, belong to units and serve persons"},
	{"internal/ledger", 7, "money, owed to persons"},
	{"internal/duplicate", 7, "two entries of one person, decided by staff, moving facts and entries"},
	{"internal/notify", 7, "messages to staff and persons by channel"},
	{"internal/web/session", 7, "login turns a request into a staff.Actor"},
	{"internal/class", 7, "classes of people follow from the register by the rules of packs"},
	{"internal/event", 7, "what happens in the life of persons, households and areas changes the register"},
	{"internal/casework", 8, "a case joins items, persons, places and units"},
	{"internal/duty", 8, "tasks of units"},
	{"internal/payrun", 8, "runs pay what the floors above propose, out of the funds of the ledger below"},
	{"internal/population", 8, "the registers in columns, for rules that are asked about everybody"},
	{"internal/standing", 8, "what benefits say of everybody, decided over the population and kept where it changes"},
	{"internal/admission", 9, "what is sent down to communities rests on admitted cases"},
	{"internal/benefit", 9, "entitlement and pay runs start from cases and the ledger"},
	{"internal/service", 9, "an application is a case with materials, and what it decides is recorded in the registers"},
	{"internal/serviceorder", 9, "orders to providers start from cases"},
	{"internal/deposit", 9, "what an organisation deposits is assessed in a case and kept in the ledger"},
	{"internal/means", 9, "means are checked for cases, with the consent given in them"},
	{"internal/atlas", 9, "what lies where on a map is told by cases"},
	{"internal/proposal", 9, "what is reported again and again leads to a case of its own"},
	{"internal/assembly", 9, "meetings and votes lead to duties"},
	{"internal/credit", 9, "records and repair follow from cases"},
	{"internal/round", 9, "what a round finds becomes cases, and closed cases are looked at again"},
	{"internal/exchange", 9, "data in and out reaches every domain below"},
	{"internal/web/part", 9, "fragments that several kinds of person see: a timeline, a clock"},
	{"internal/field", 10, "what a worker's telephone sends becomes cases, visits and duty"},
	{"internal/indicator", 10, "counts the published views of every domain below"},
	{"internal/simulation", 10, "a draft of rules is asked about everybody and compared with what benefits decided"},
	{"internal/table", 10, "a table is filled from figures, loads and facilities, and goes down only when admitted"},
	{"internal/notice", 10, "bulletins tell of figures, and finish duties"},
	{"internal/web/account", 11, "pages of an account: login, messages, password"},
	{"internal/web/resident", 11, "pages of residents"},
	{"internal/web/service", 11, "pages of the one-stop window, for residents and the desks that serve them"},
	{"internal/web/window", 11, "pages of the registration desks"},
	{"internal/web/grid", 11, "pages of grid workers"},
	{"internal/web/command", 11, "pages of whoever commands: the map, the wall, proposals"},
	{"internal/web/centre", 11, "pages of the supervision centre and of streets that run grids"},
	{"internal/web/department", 11, "pages of handling units"},
	{"internal/web/bulletin", 11, "the sheet of a bulletin"},
	{"internal/web/supervisor", 11, "pages of dispatchers, verifiers, supervisors and leaders"},
	{"internal/web/register", 11, "pages of the registers, for whoever may see persons"},
	{"internal/web/community", 11, "pages of community workers"},
	{"internal/web/draft", 11, "pages on which a change of rules is tried on the whole city"},
	{"internal/web/benefit", 11, "pages of entitlement: what somebody receives and why, candidates, drafts"},
	{"internal/web/payment", 11, "pages of funds, pay runs and deposits"},
	{"internal/web/deposit", 11, "pages of deposits: who assesses them, who keeps them, and enterprises"},
	{"internal/web/care", 11, "pages of home care: residents, providers and whoever settles with them"},
	{"internal/web/inspection", 11, "pages of those who plan rounds and watch over them"},
	{"internal/web/admin", 11, "pages of administrators"},
	{"internal/web/transfer", 11, "pages of whoever brings tables into the register or takes them out"},
	{"internal/web/api", 11, "everything the pages do, for programs"},
	{"internal/demo", 11, "an invented city, built by the verbs that pages call"},
	{"internal/app", 12, "wiring: one long readable function"},
	{"internal/bench", 12, "measures the whole program against what the least could do"},
	{"packs", 1, "data, embedded; the only Go in it is the embedding"},
	{"cmd/linli", 13, "the program: flags, signals, exit codes"},
	{"test", 14, "stories over the whole program"},
}

// Beside lists the edges between packages of one floor. Each is needed for the reason given and makes no circle.
var Beside = map[[2]string]string{
	{"internal/bench", "internal/app"}:                   "what is measured is the program as it is served",
	{"internal/civil", "internal/law"}:                   "a rule of counting days names its clause",
	{"internal/standing", "internal/population"}:         "answers are decided over the registers in columns",
	{"internal/rule/column", "internal/rule"}:            "what columns cannot say exactly, the program says",
	{"internal/form", "internal/rule"}:                   "a field is asked only when a rule says so",
	{"internal/fact", "internal/place"}:                  "today and the city's log are the tree's to say",
	{"internal/lexicon", "internal/form"}:                "a fact is written as a form writes it",
	{"internal/lexicon", "internal/rule"}:                "a rule knows the type of a fact",
	{"internal/register", "internal/staff"}:              "who may see a person is decided where persons are",
	{"internal/flow", "internal/rule"}:                   "guards of steps are rules",
	{"internal/flow", "internal/form"}:                   "a step asks for the fields of a form",
	{"internal/flow", "internal/geo"}:                    "a step may say where",
	{"internal/benefit", "internal/service"}:             "what an application grants is for whom it was made",
	{"internal/hall", "internal/notify"}:                 "an appointment is remembered by a message",
	{"internal/table", "internal/indicator"}:             "a cell may be bound to an indicator, which nobody counts twice",
	{"internal/notice", "internal/indicator"}:            "a bulletin is made of figures, which nobody counts twice",
	{"internal/web/supervisor", "internal/web/bulletin"}: "a bulletin is shown as it will be printed",
}

// RowOf returns the row that places a folder: its own or that of the nearest folder above.
func RowOf(folder string) (Row, bool) {
	var best Row
	for _, r := range Floors {
		if within(folder, r.Folder) && len(r.Folder) > len(best.Folder) {
			best = r
		}
	}
	return best, best.Folder != ""
}

// testOnly are packages that only tests import, wherever they stand.
func testOnly(folder string) bool {
	return strings.HasSuffix(folder, "test") && folder != "test" || within(folder, "test")
}

// self reports whether a folder belongs to this checker, which stands outside the house.
func self(folder string) bool { return within(folder, "internal/arch") }
