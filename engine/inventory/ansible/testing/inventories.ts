import fc from 'fast-check'

const group = fc.constantFrom('web', 'db', 'a_b', 'south', 'north', 'k8s-nodes', 'Big', 'last')
const host = fc.oneof(
  fc.constantFrom('web1', 'db.lab.example', '192.0.2.7', 'h', 'alias', 'host_1', 'node-9', 'localhost'),
  fc.constantFrom('www[01:03].lab.example', 'n[1:9:4]', 'db-[a:c]', 'r[1:2]-[a:b]', '[01:02]x', 'w[08:11].example'),
  fc.constantFrom('bad.example:5309', 'n[1:2]:2222', '[2001:db8::1]:22', '2001:db8::5', 'h:22'),
)
const variable = fc.constantFrom('port', 'ansible_user', 'ansible_host', 'x', 'y_z', 'ansible_port', 'path')
const literal = fc.constantFrom(
  ...[
    '1',
    '0',
    '-3',
    '1.5',
    '080',
    '0x1f',
    '0o17',
    '1_000',
    '1e3',
    '.5',
    '5.',
    'True',
    'False',
    'None',
    'yes',
    'no',
    '',
  ],
  ...[
    'text',
    'a-b',
    '/srv/x',
    '~/key',
    '[1,2]',
    "[1,'b',[None]]",
    '(1,)',
    '()',
    '(1)',
    '{}',
    "{'a':1}",
    '{1}',
    '[a,b]',
  ],
  ...['192.0.2.1', 'a=b', '{{x}}', '1,2', "'s'", '"d"', "u'x'", "'a''b'", '[1', '1 2', '+4', '--1', 'true', '"a\\nb"'],
  ...["'it\\'s'", '00', '0_1', '1__0', 'inf', '1.2.3', '0b11', '5e', 'None.x', "'open", '\\x41', '...', '[1,]', '[,]'],
)
/** As one writes it on a host's line. */
const onLine = fc.oneof(
  literal.filter(value => !/[\s'"\\#]/.test(value)),
  literal.filter(value => !value.includes('"') && !value.includes('\\')).map(value => `"${value}"`),
  fc.constantFrom("'two words'", '"a # b"', 'a\\ b', "x'y'z", 'cut#off', "'it'\"'\"'s'"),
)
const hostLine = fc
  .tuple(host, fc.array(fc.tuple(variable, onLine), { maxLength: 3 }), fc.constantFrom('', ' # said', '   '))
  .map(([name, vars, end]) => `${[name, ...vars.map(([key, value]) => `${key}=${value}`)].join(' ')}${end}`)
const varLine = fc
  .tuple(variable, fc.constantFrom('=', ' = ', '= '), literal)
  .map(([name, is, value]) => `${name}${is}${value}`)
const remark = fc.constantFrom('', '# a remark', '; another', '   ')

const hosts = fc
  .tuple(group, fc.array(fc.oneof(hostLine, remark), { maxLength: 4 }))
  .map(([name, lines]) => [`[${name}]`, ...lines])
const vars = fc
  .tuple(fc.oneof(group, fc.constant('all')), fc.array(fc.oneof(varLine, remark), { maxLength: 3 }))
  .map(([name, lines]) => [`[${name}:vars]`, ...lines])
const priority = group.map(name => [`[${name}:vars]`, 'ansible_group_priority=10'])
const children = fc
  .tuple(group, fc.uniqueArray(group, { maxLength: 3 }))
  .map(([name, lines]) => [`[${name}:children] # of it`, ...lines])

/** Every group that is named is declared: Ansible refuses others, and we do not. */
const declared = group.map(name => [`[${name}]`])

/** Text of an inventory in INI. Some Ansible refuses. */
const iniInventory: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(hostLine, { maxLength: 3 }),
    fc.array(fc.oneof({ weight: 4, arbitrary: hosts }, { weight: 2, arbitrary: vars }, children, priority, declared), {
      maxLength: 7,
    }),
  )
  .map(([first, sections]) => {
    const lines = [...first, ...sections.flat()]
    const named = [...new Set(lines.flatMap((line, i) => childNames(lines, line, i)))]
    return `${[...lines, ...named.map(name => `[${name}]`)].join('\n')}\n`
  })

function childNames(lines: readonly string[], line: string, i: number): readonly string[] {
  const header = lines.slice(0, i).findLast(before => before.startsWith('[') && before.includes(']'))
  return header?.includes(':children]') && /^[\w-]+$/.test(line) ? [line] : []
}

const yamlValue = fc.constantFrom(
  ...['1', '0755', '1.5', 'yes', 'off', 'text', '"quoted"', "'1'", 'null', '~', '[1, two]', '{ a: 1, b: yes }', '0x1f'],
  ...[
    '1_000',
    '2026-11-21',
    '12:30',
    '""',
    '192.0.2.1',
    '|\n          two\n          lines',
    '!unsafe "{{ x }}"',
    '1e3',
  ],
)
const yamlVars = fc.uniqueArray(fc.tuple(variable, yamlValue), { maxLength: 3, selector: ([name]) => name })

interface YamlGroup {
  readonly name: string
  readonly hosts: readonly (readonly [string, readonly (readonly [string, string])[]])[]
  readonly vars: readonly (readonly [string, string])[]
  readonly children: readonly YamlGroup[]
}

const empty: YamlGroup = { name: 'last', hosts: [], vars: [], children: [] }

const { tree } = fc.letrec<{ tree: YamlGroup }>(tie => ({
  tree: fc.record({
    name: group,
    hosts: fc.uniqueArray(fc.tuple(host, yamlVars), { maxLength: 3, selector: ([name]) => name }),
    vars: yamlVars,
    children: fc.uniqueArray(fc.oneof({ maxDepth: 2 }, fc.constant(empty), tie('tree')), {
      maxLength: 2,
      selector: ({ name }) => name,
    }),
  }),
}))

const indent = (lines: readonly string[]): readonly string[] => lines.map(line => `  ${line}`)
const pairs = (vars: YamlGroup['vars']): readonly string[] => vars.map(([name, value]) => `${name}: ${value}`)

function yamlOf({ name, hosts, vars, children }: YamlGroup): readonly string[] {
  const section = (key: string, lines: readonly string[]): readonly string[] =>
    lines.length > 0 ? [`${key}:`, ...indent(lines)] : []
  return [
    `${name}:`,
    ...indent([
      ...section(
        'hosts',
        hosts.flatMap(([host, own]) => [`"${host}":`, ...indent(pairs(own))]),
      ),
      ...section('vars', pairs(vars)),
      ...section('children', children.flatMap(yamlOf)),
    ]),
  ]
}

/** Text of an inventory in YAML. Some Ansible refuses. */
const yamlInventory: fc.Arbitrary<string> = fc
  .tuple(fc.uniqueArray(tree, { minLength: 1, maxLength: 3, selector: ({ name }) => name }), fc.boolean())
  .map(([groups, whole]) => {
    const lines = groups.flatMap(yamlOf)
    return `---\n${(whole ? ['all:', ...indent(['children:', ...indent(lines)])] : lines).join('\n')}\n`
  })

/** Texts of inventories at random, the same for the same seed. */
export const inventories = (kind: 'INI' | 'YAML', count: number, seed: number): readonly string[] =>
  fc.sample(kind === 'INI' ? iniInventory : yamlInventory, { numRuns: count, seed })
