package serviceorder

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"linli/internal/civil"
	"linli/internal/db"
	"linli/internal/fact"
	"linli/internal/fault"
	"linli/internal/law"
	"linli/internal/notify"
	"linli/internal/pack"
	"linli/internal/place"
	"linli/internal/register"
	"linli/internal/staff"
)

// Parts of those who work for a provider.
const (
	Desk   = "desk"   // answers offers and sends workers
	Worker = "worker" // goes to people's homes
)

// A Provider (服务机构) is an organisation of the register that may serve people at home within a place.
type Provider struct {
	Organisation db.ID      `json:"organisation"`
	Name         string     `json:"name"`
	Unit         string     `json:"unit"`  // whose accounts work for it
	Path         string     `json:"path"`  // of the place that it serves
	Kinds        []string   `json:"kinds"` // empty: every kind of the scheme
	Item         string     `json:"item"`  // of which its licence is the result
	Licence      string     `json:"licence"`
	From         civil.Date `json:"from"`
	Until        civil.Date `json:"until"` // last day; zero: no end
	Phone        string     `json:"phone"`
	Bank         string     `json:"bank"`      // where its settlements are paid to
	Account      string     `json:"account"`   // "": they are held
	Suspended    string     `json:"suspended"` // why it is offered nothing; "" it is
}

const providerColumns = `organisation, name, unit, path, kinds, item, licence, valid_from, valid_until, phone, bank, account, suspended`

func scanProvider(r *db.Rows) (p Provider, err error) {
	var kinds, until string
	err = r.Scan(&p.Organisation, &p.Name, &p.Unit, &p.Path, &kinds, &p.Item, &p.Licence, &p.From, &until, &p.Phone, &p.Bank, &p.Account, &p.Suspended)
	p.Kinds = strings.Fields(kinds)
	if err == nil && until != "" {
		p.Until, err = civil.ParseDate(until)
	}
	return p, err
}

// Valid reports whether its licence holds on a day.
func (p *Provider) Valid(on civil.Date) bool {
	return !on.Before(p.From) && (p.Until.IsZero() || !on.After(p.Until))
}

// Serves reports whether it serves a kind at a path.
func (p *Provider) Serves(kind, path string) bool {
	return place.Within(path, p.Path) && (len(p.Kinds) == 0 || slices.Contains(p.Kinds, kind))
}

// supervises reports whether an actor admits and watches providers, and settles with them, at a path.
func supervises(by staff.Actor, path string) bool {
	return by.Has(staff.Supervisor, path, "") && placed(by, staff.Supervisor)
}

// Admit lets an organisation of the register provide services at a place, or brings what is known of it up to date. Returns invalid, forbidden, and a
// refusal for an organisation whose licence is none of those that the scheme names, is not valid today, or that is not registered.
func (x *Orders) Admit(tx *db.Tx, by staff.Actor, p Provider) error {
	if !supervises(by, p.Path) {
		return fault.Forbidden("只有主管部门可以确定本地的服务机构")
	}
	o, err := register.OrganisationOf(tx, p.Organisation)
	if err != nil {
		return err
	}
	s, err := x.SchemeAt(tx, p.Path)
	if err != nil {
		return err
	}
	p.Name, p.Licence, p.Phone = o.Name, strings.TrimSpace(p.Licence), strings.TrimSpace(p.Phone)
	p.Bank, p.Account = strings.TrimSpace(p.Bank), strings.ReplaceAll(strings.TrimSpace(p.Account), " ", "")
	if err := p.check(tx, s.Scheme); err != nil {
		return err
	}
	clause := s.LicenceBasis[0]
	registered, told, err := fact.One(tx, fact.Organisation(o.ID), "registration", fact.AsOf{})
	switch {
	case err != nil:
		return err
	case o.Closed != "":
		return fault.Refused(clause, "%s已经注销", o.Name)
	case o.Registration != "registered" && (!told || registered.Value != "registered"):
		return fault.Refused(clause, "%s没有登记为民办非企业单位或者企业", o.Name)
	case !s.Allows(p.Item):
		return fault.Refused(clause, "这种证照不能提供居家养老服务")
	case !p.Valid(place.Today(tx)):
		return fault.Refused(clause, "%s的证照 %s 今天不在有效期内", o.Name, p.Licence)
	}
	until := ""
	if !p.Until.IsZero() {
		until = p.Until.String()
	}
	err = tx.Exec(`insert into order_provider (`+providerColumns+`, admitted_by, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)
		on conflict (organisation) do update set name = excluded.name, unit = excluded.unit, path = excluded.path, kinds = excluded.kinds, item = excluded.item, licence = excluded.licence,
			valid_from = excluded.valid_from, valid_until = excluded.valid_until, phone = excluded.phone, bank = excluded.bank, account = excluded.account, suspended = '', told_until = '', admitted_by = excluded.admitted_by, at = excluded.at`,
		p.Organisation, p.Name, p.Unit, p.Path, strings.Join(p.Kinds, " "), p.Item, p.Licence, p.From, until, p.Phone, p.Bank, p.Account, by.Name, db.At(tx.Now()))
	if err != nil {
		return wrap("admit provider", err)
	}
	return record(tx, by, "order.admit", "provider:"+p.Organisation.String(), p)
}

func (p *Provider) check(tx *db.Tx, s *pack.Scheme) error {
	var wrong []fault.FieldError
	if p.Licence == "" || utf8.RuneCountInString(p.Licence) > 60 {
		wrong = append(wrong, fault.FieldError{Field: "licence", Format: "请填写证照编号，不超过 60 字"})
	}
	if p.From.IsZero() {
		wrong = append(wrong, fault.FieldError{Field: "from", Format: "请填写证照从哪一天起有效"})
	}
	if utf8.RuneCountInString(p.Phone) > 20 {
		wrong = append(wrong, fault.FieldError{Field: "phone", Format: "电话不超过 20 字"})
	}
	if p.Account != "" && (len(p.Account) < 8 || len(p.Account) > 32 || strings.Trim(p.Account, "0123456789-") != "" || p.Bank == "" || utf8.RuneCountInString(p.Bank) > 60) {
		wrong = append(wrong, fault.FieldError{Field: "account", Format: "收款账号应为 8 到 32 位数字，并写明开户行"})
	}
	for _, k := range p.Kinds {
		if s.Kind(k) == nil {
			wrong = append(wrong, fault.FieldError{Field: "kinds", Format: "没有 %s 这种服务", Args: []any{k}})
		}
	}
	if _, err := staff.UnitOf(tx, p.Unit); err != nil {
		wrong = append(wrong, fault.FieldError{Field: "unit", Format: "请选择这家机构的人员所在的单位"})
	}
	return fault.Fields(wrong)
}

// Suspend stops offering orders to a provider, with a reason; Admit lifts it. What it has accepted stays its own.
func (x *Orders) Suspend(tx *db.Tx, by staff.Actor, organisation db.ID, why string) error {
	p, err := providerOf(tx, organisation)
	if err != nil {
		return err
	}
	why = strings.TrimSpace(why)
	switch {
	case !supervises(by, p.Path):
		return fault.Forbidden("只有主管部门可以暂停服务机构接单")
	case why == "" || utf8.RuneCountInString(why) > 200:
		return fault.Invalid("why", "请写明为什么暂停，不超过 200 字")
	}
	if err := tx.ExecOne(`update order_provider set suspended = ? where organisation = ?`, why, organisation); err != nil {
		return wrap("suspend provider", err)
	}
	if err := notify.Send(tx, notify.Message{To: notify.Unit(p.Unit), Subject: "已暂停接单", Text: why, Link: "/homecare/desk"}); err != nil {
		return err
	}
	return record(tx, by, "order.suspend", "provider:"+organisation.String(), why)
}

// Join lets an account of the provider's unit work for it, at its desk or at people's homes.
func (x *Orders) Join(tx *db.Tx, by staff.Actor, organisation, account db.ID, part string) error {
	p, err := providerOf(tx, organisation)
	if err != nil {
		return err
	}
	m, err := memberOf(tx, by)
	if err != nil {
		return err
	}
	a, err := staff.AccountOf(tx, account)
	switch {
	case err != nil:
		return err
	case !supervises(by, p.Path) && (m.provider != organisation || !m.desk):
		return fault.Forbidden("只有机构的管理员和主管部门可以登记服务人员")
	case a.Unit != p.Unit:
		return fault.Invalid("account", "%s 不是这家机构的人员", a.Name)
	case part != Desk && part != Worker:
		return fault.Invalid("part", "请选择管理员或者上门人员")
	}
	err = tx.Exec(`insert into order_member (account, provider, part, at) values (?, ?, ?, ?) on conflict (account) do update set provider = excluded.provider, part = excluded.part`,
		account, organisation, part, db.At(tx.Now()))
	if err != nil {
		return wrap("join provider", err)
	}
	return record(tx, by, "order.join", "provider:"+organisation.String(), map[string]string{"account": account.String(), "part": part})
}

// A Member (服务人员) is somebody who works for a provider.
type Member struct {
	Account db.ID
	Name    string
	Part    string
}

// Members lists who works for a provider.
func Members(tx *db.Tx, provider db.ID) ([]Member, error) {
	list, err := db.Select(tx, func(r *db.Rows) (m Member, err error) { return m, r.Scan(&m.Account, &m.Part) },
		`select account, part from order_member where provider = ? order by part, account`, provider)
	for i := range list {
		a, err := staff.AccountOf(tx, list[i].Account)
		if err != nil {
			return nil, err
		}
		list[i].Name = a.Name
	}
	return list, wrap("list members", err)
}

// ProviderOf returns the provider that an actor works for and whether he works at its desk. Returns notfound for anybody else.
func (x *Orders) ProviderOf(tx *db.Tx, by staff.Actor) (p Provider, desk bool, err error) {
	m, err := memberOf(tx, by)
	if err == nil && m.provider.IsZero() {
		err = fault.NotFound("您不是服务机构的人员")
	}
	if err != nil {
		return p, false, err
	}
	p, err = providerOf(tx, m.provider)
	return p, m.desk, err
}

func providerOf(tx *db.Tx, organisation db.ID) (Provider, error) {
	list, err := db.Select(tx, scanProvider, `select `+providerColumns+` from order_provider where organisation = ?`, organisation)
	if err == nil && len(list) == 0 {
		err = fault.NotFound("没有这家服务机构")
	}
	if err != nil {
		return Provider{}, wrap("load provider", err)
	}
	return list[0], nil
}

// Providers lists the providers that serve a path or within it.
func (x *Orders) Providers(tx *db.Tx, path string) ([]Provider, error) {
	from, end := place.Range(path)
	args := []any{from, end}
	cond := "path >= ? and path < ?"
	for _, up := range above(path) {
		cond, args = cond+" or path = ?", append(args, up)
	}
	list, err := db.Select(tx, scanProvider, `select `+providerColumns+` from order_provider where `+cond+` order by name`, args...)
	return list, wrap("list providers", err)
}

// above lists the paths of the places around one.
func above(path string) (list []string) {
	codes := place.Codes(path)
	for i := 1; i < len(codes); i++ {
		list = append(list, strings.Join(codes[:i], "/")+"/")
	}
	return list
}

// Candidates lists the providers that an order may be offered to, whoever has the least to do first: a licence that is valid on the day wanted and today, the
// kind and the place, not suspended, and not asked before.
func (x *Orders) Candidates(tx *db.Tx, o *Order) ([]Provider, error) {
	all, err := x.Providers(tx, o.Path)
	if err != nil {
		return nil, err
	}
	asked, err := db.Select(tx, func(r *db.Rows) (id db.ID, err error) { return id, r.Scan(&id) }, `select provider from order_step where order_id = ? and verb in ('decline', 'silent')`, o.ID)
	if err != nil {
		return nil, wrap("look who declined", err)
	}
	today, on := place.Today(tx), civil.DateOf(o.Wanted.Time, civil.Shanghai)
	all = slices.DeleteFunc(all, func(p Provider) bool {
		return p.Suspended != "" || !p.Serves(o.Kind, o.Path) || !p.Valid(today) || !p.Valid(on) || slices.Contains(asked, p.Organisation)
	})
	load := map[db.ID]int{}
	for _, p := range all {
		var n int
		if err := tx.QueryRow(`select count(*) from service_order where provider = ? and state in ('offered', 'accepted', 'arrived')`, p.Organisation).Scan(&n); err != nil {
			return nil, wrap("count orders", err)
		}
		load[p.Organisation] = n
	}
	slices.SortStableFunc(all, func(a, b Provider) int {
		return cmp.Or(cmp.Compare(load[a.Organisation], load[b.Organisation]), cmp.Compare(a.Organisation, b.Organisation))
	})
	return all, nil
}

// licensed refuses a provider whose licence does not hold today.
func licensed(tx *db.Tx, p *Provider, clause law.Clause) error {
	if !p.Valid(place.Today(tx)) {
		return fault.Refused(clause, "%s的证照 %s 已不在有效期内，不能再接单", p.Name, p.Licence)
	}
	return nil
}
