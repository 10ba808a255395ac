import { scaledOn } from './measured-on.ts'
import { median, type Results, type Scale } from './results.ts'

/** Goals of a thousand hosts. */
export const scaleGoals = { bytesAHost: 2 ** 20, seconds: 60 }

/** The part of the page that tells how a run grows with its hosts. */
export function scaleSection(scale: Scale, of: Results): string {
  const { runs } = scale
  const rows = runs.map(run => {
    const columns = [
      String(run.hosts),
      Math.min(...run.seconds).toFixed(1),
      `**${median(run.seconds).toFixed(1)}**`,
      Math.max(...run.seconds).toFixed(1),
      ((median(run.seconds) * 1000) / run.hosts).toFixed(0),
      run.cpuSeconds.toFixed(1),
      (run.memoryBytes / 2 ** 20).toFixed(0),
      String(run.mostDescriptors),
      (run.roundTrips / run.hosts).toFixed(1),
    ]
    return `| ${columns.join(' | ')} |`
  })
  const [least, most] = [runs[0], runs.at(-1)]
  if (!least || !most) return ''
  const bytes = (most.memoryBytes - least.memoryBytes) / (most.hosts - least.hosts)
  // Linear is a time a host that does not grow from the size before; the smallest has the start in it. Of processors, for
  // the clock tells as much of what else the machine did.
  const [before] = runs.slice(-2)
  const growth = before ? most.cpuSeconds / most.hosts / (before.cpuSeconds / before.hosts) : 1
  const verdict = (met: boolean, text: string): string => `- ${met ? 'met' : '**missed**'}: ${text}`
  return `## Many hosts
Simulated: sshd's side by ssh2's server, in processes of their own on this machine, with real handshakes; every host answers
what a real one in order has answered to the same script. The run is a playbook as any other; its seconds on the clock
have the work of the simulated side in them, its seconds of processors have not. Five runs each; of memory,
descriptors and round trips the most.

| hosts | least | median | most | ms a host | seconds of processors | MiB, at most | descriptors, at most | round trips a host |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|
${rows.join('\n')}

${scaledOn(scale, of)}

${verdict(bytes <= scaleGoals.bytesAHost, `memory a host ${(bytes / 1024).toFixed(0)} KiB (goal: at most 1024)`)}
${verdict(median(most.seconds) <= scaleGoals.seconds, `${most.hosts} hosts in ${median(most.seconds).toFixed(1)} s (goal for 1,000: at most ${scaleGoals.seconds})`)}
${verdict(growth <= 1.15, `processors a host from ${before?.hosts} to ${most.hosts} hosts: ${growth.toFixed(2)} times (goal: no growth; 1.15 is noise)`)}
`
}
