package complete

import "github.com/credence-chain/credence/client"

// Sources that several arguments and flags share.
var (
	anyFile   = filesOf("*")
	taskIDs   = wordsOf(idsOf(client.KindTask, client.KindRequest, client.KindDeal))
	requestID = wordsOf(idsOf(client.KindRequest))
	orderID   = wordsOf(idsOf(client.KindOrder, client.KindRequest)).orFiles("json")
	program   = wordsOf(apps).orFiles("wasm", "tar")
	orderFile = filesOf("json")
	graph     = filesOf("yaml", "yml")
	feed      = wordsOf(feeds)
	kinds     = wordsOf(fixed("app", "dataset", "pool", "request"))
	output    = wordsOf(fixed("text", "json"))
)

// arguments has the sources of each command's arguments, in order. The key is the command's path below the program. If the command's usage
// has "...", the last source serves all further arguments.
var arguments = map[string][]source{
	"run":                  {program, anyFile},
	"check":                {program},
	"balance":              {wordsOf(keys)},
	"show app":             {wordsOf(apps)},
	"show dataset":         {wordsOf(datasets)},
	"show pool":            {wordsOf(pools)},
	"show category":        {wordsOf(categories)},
	"show voucher":         {wordsOf(vouchers)},
	"show tx":              {wordsOf()},
	"list sessions":        {wordsOf()},
	"publish price":        {wordsOf(apps, datasets)},
	"key encrypt":          {anyFile},
	"key decrypt":          {anyFile},
	"keys show":            {wordsOf(keys)},
	"keys delete":          {wordsOf(keys)},
	"keys add":             {wordsOf()},
	"keys recover":         {wordsOf()},
	"context use":          {wordsOf(contextNames)},
	"context show":         {wordsOf(contextNames)},
	"context remove":       {wordsOf(contextNames)},
	"context add":          {wordsOf()},
	"task watch":           {taskIDs},
	"task show":            {taskIDs},
	"task fetch":           {taskIDs},
	"task logs":            {taskIDs},
	"task receipt":         {taskIDs},
	"task challenge":       {taskIDs},
	"task retry":           {taskIDs},
	"task cancel":          {requestID},
	"workflow run":         {graph},
	"workflow resume":      {graph},
	"workflow status":      {graph},
	"workflow cancel":      {graph},
	"workflow validate":    {graph},
	"workflow estimate":    {graph},
	"workflow draw":        {graph},
	"receipt verify":       {orderFile},
	"feed show":            {feed},
	"feed history":         {feed},
	"feed receipt":         {feed},
	"feed delete":          {feed},
	"feed create":          {wordsOf()},
	"publish app":          {filesOf("wasm", "tar")},
	"publish dataset":      {anyFile},
	"agent seal":           {anyFile},
	"agent open":           {anyFile},
	"agent key":            {anyFile},
	"order create app":     {wordsOf(apps)},
	"order create dataset": {wordsOf(datasets)},
	"order create pool":    {wordsOf(pools)},
	"order create request": {wordsOf(apps), anyFile},
	"order sign":           {orderFile},
	"order multisign":      {orderFile, wordsOf(keys), orderFile},
	"order place":          {orderFile},
	"order presign":        {orderFile},
	"order inspect":        {orderID},
	"order cancel":         {orderID, wordsOf()},
	"order cancel-below":   {kinds, wordsOf()},
}

// flagsOf has the sources of the values of flags. The key is the name of the flag, or, for a command whose flag differs, the command's path
// followed by the flag.
var flagsOf = map[string]source{
	"after":           requestID,
	"when":            requestID,
	"app":             wordsOf(apps),
	"callback":        wordsOf(callbacks),
	"category":        wordsOf(categories),
	"context":         wordsOf(contextNames),
	"dataset":         wordsOf(datasets),
	"from":            wordsOf(keys),
	"keyring-backend": wordsOf(fixed("os", "file", "test")),
	"multisig":        wordsOf(keys),
	"oci-engine":      wordsOf(fixed("docker", "runc", "crun", "runsc")),
	"only-app":        wordsOf(apps),
	"only-dataset":    wordsOf(datasets),
	"only-pool":       wordsOf(pools),
	"output":          output,
	"owner":           wordsOf(keys),
	"issuer":          wordsOf(keys),
	"policy":          wordsOf(policies),
	"pool":            wordsOf(pools),
	"progress":        wordsOf(fixed("auto", "tty", "plain", "quiet")),
	"resume":          requestID,
	"runtime":         wordsOf(runtimes),
	"tag":             wordsOf(tags),
	"voucher":         wordsOf(vouchers),

	"feed show --output":     wordsOf(fixed("text", "json", "value")),
	"list vouchers --holder": wordsOf(keys),
	"list deals --order":     orderID,
	"order list --status":    wordsOf(fixed("resting", "signed", "filled", "cancelled", "expired", "stale")),
	"order match --app":      orderID,
	"order match --dataset":  orderID,
	"order match --pool":     orderID,
	"order match --request":  orderID,
	"run --dataset":          wordsOf(datasets).orFiles("*"),
	"task list --output":     wordsOf(fixed("table", "wide", "json", "yaml")),
	"task list --status":     wordsOf(fixed("waiting", "queued", "resting", "running", "ended", "unmatched", "cancelled", "expired", "skipped", "signed")),
	"workflow draw --format": wordsOf(fixed("mermaid", "dot")),
}
