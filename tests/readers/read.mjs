// Subscribes to one feed with a parser of Node's world: fetches it, and again with the validators that came with it.
// Usage: node read.mjs PARSER URL. Prints what the parser found and how the two requests were answered, as JSON.
import { parseFeed } from 'feedsmith'
import Parser from 'rss-parser'

const parsers = {
  feedsmith: async (text) => {
    const { format, feed } = parseFeed(text)
    return (feed.items ?? feed.entries ?? []).map(readers[format])
  },
  'rss-parser': async (text) => {
    const feed = await new Parser().parseString(text)
    return feed.items.map((item) => ({ id: item.guid ?? item.id, title: item.title, published: item.isoDate }))
  },
}

const readers = {
  atom: (entry) => ({ id: entry.id, title: entry.title.value, published: entry.published, updated: entry.updated }),
  rss: (item) => ({
    id: item.guid.value,
    title: item.title,
    published: new Date(item.pubDate).toISOString(),
    updated: item.atom.updated,
  }),
  json: (item) => ({
    id: item.id,
    title: item.title,
    published: item.date_published,
    updated: item.date_modified,
  }),
}

const [parser, url] = process.argv.slice(2)
const first = await fetch(url)
const entries = await parsers[parser](await first.text())
const again = await fetch(url, {
  headers: {
    'If-None-Match': first.headers.get('etag'),
    'If-Modified-Since': first.headers.get('last-modified'),
  },
})
console.log(JSON.stringify({ entries, statuses: [first.status, again.status] }))
