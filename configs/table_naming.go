package configs

// Process Naming.
var namingRows = []row{
	{
		name: "proc_name", section: sectionNaming, flags: []string{"name"}, short: "n",
		meta: "NAME", kind: text{"a name"}, value: "",
		doc: `The name in the process titles.

ps and top show "srv: master [NAME]" and "srv: worker [NAME]". Without it the
name is the app's. No extra package is needed.`,
	},
}
